import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Exploration } from "../src/sweep/exploration.ts";
import { swg, tinyTrace } from "./run-swg.ts";

/** A layer of the tiny trace, the same on swg alone, and six machines. */
export const one = `--trace ${tinyTrace} --layers conv4`;
export const trace = `${one} --accelerators swg`;
export const axes = "swg.columns=2,4,8 swg.rows=2,4";

/** What a command prints that must succeed in silence. */
export async function printed(line: string): Promise<string> {
  const { code, out, err } = await swg(line);
  expect([code, err]).toEqual([0, ""]);
  return out;
}
/** The same as JSON. */
export const json = async <T = Exploration>(line: string): Promise<T> =>
  JSON.parse(await printed(`${line} --format json`));

/** Lines of points in a store, whatever file they are in. */
export const linesIn = (store: string): string[] =>
  readdirSync(store)
    .flatMap((name) => readFileSync(join(store, name), "utf8").split("\n"))
    .filter((line) => line.startsWith('{"id"'));
export const identities = (store: string) => linesIn(store).map((line) => JSON.parse(line).id as string);
