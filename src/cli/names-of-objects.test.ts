import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-names-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = `run --trace ${tinyTrace}`;
const machineFile = (name: string, text: string): string => {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, text);
  return path;
};

/** Names that every JavaScript object has something under. */
const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];

/** Where a name may be typed, or stand in a file. */
const places: Readonly<Record<string, (name: string) => string>> = {
  "a command": (name) => name,
  "a machine": (name) => `${run} --accelerators ${name}`,
  "a machine of --set": (name) => `${run} --set ${name}.columns=1`,
  "a parameter of --set": (name) => `${run} --set swg.${name}=1`,
  "a parameter of a machine file": (name) =>
    `${run} --machine ${machineFile(`p-${name}`, `{"accelerator":"swg","parameters":{"${name}":{"value":1}}}`)}`,
  "a parameter of a machine file, plain": (name) =>
    `${run} --machine ${machineFile(`q-${name}`, `{"accelerator":"swg","parameters":{"${name}":5}}`)}`,
  "a field of a machine file": (name) =>
    `${run} --machine ${machineFile(`f-${name}`, `{"accelerator":"swg","parameters":{},"${name}":{}}`)}`,
  "the machine of a machine file": (name) =>
    `${run} --machine ${machineFile(`m-${name}`, `{"accelerator":"${name}","parameters":{}}`)}`,
  "a layer": (name) => `${run} --layers ${name}`,
  "a layer of a timeline": (name) => `timeline --trace ${tinyTrace} --layer ${name}`,
  "a layer to verify": (name) => `verify --trace ${tinyTrace} --layers ${name}`,
  "a computation": (name) => `verify --trace ${tinyTrace} --on ${name}`,
  "a step": (name) => `${run} --steps ${name}`,
  "a network": (name) => `run --network ${name}`,
  "a density": (name) => `run --network vgg8 --density ${name}=1`,
  "a kind of zeros": (name) => `run --network vgg8 --zeros ${name}`,
  "a node": (name) => `${run} --node ${name}`,
  "a DRAM": (name) => `${run} --dram ${name}`,
  "an engine": (name) => `${run} --engine ${name}`,
  "a phase": (name) => `${run} --phases ${name}`,
  "a format": (name) => `${run} --format ${name}`,
  "a format of info": (name) => `info ${tinyTrace} --format ${name}`,
  "a format of the timeline": (name) => `timeline --trace ${tinyTrace} --layer fc --out x.${name}`,
  "a format of a sweep": (name) => `sweep batch=1,2 --network vgg8 --format ${name}`,
  "what is listed": (name) => `list ${name}`,
  "what is swept": (name) => `sweep ${name}=1,2 --network vgg8`,
  "a density that is swept": (name) => `sweep density.${name}=1,2 --network vgg8`,
  "a machine that is swept": (name) => `sweep ${name}.x=1,2 --network vgg8`,
  "a parameter that is swept": (name) => `sweep swg.${name}=1,2 --network vgg8`,
  "a network that is swept": (name) => `sweep network=${name},vgg8`,
  "a claim": (name) => `claims --only ${name}`,
};

describe("is a name that every object has refused like any other that is unknown?", () => {
  it.each(Object.entries(places))("%s", async (_, lineOf) => {
    for (const name of names) {
      const { code, out, err } = await swg(lineOf(name));
      expect([code, out], err).toEqual([1, ""]);
      expect(err).toMatch(/^error: [^\n]+\n$/);
      expect(err).toContain(name);
      expect(err).toMatch(/unknown|must end in|must be one of/);
    }
  });
});
