import { noChromium } from "../../../test/chromium.ts";
import { type Ask, withThreads } from "../test/isolated-page.ts";
import { type NetworkName, networks } from "../test/networks.ts";
import { modes } from "./baselines.ts";
import type { BenchedLayer } from "./layers.ts";
import type { Row } from "./table.ts";

const layers: readonly BenchedLayer[] = ["3x3, 64 channels", "3x3, 16 channels", "1x1, 128 channels"];

/** Milliseconds by the clock in isolated pages of Chromium of one and of two threads: phases of layers, and whole steps. */
export async function benchThreads(rounds: number): Promise<Row[]> {
  if (noChromium) throw new Error(`threads need a browser: ${noChromium}`);
  return withThreads(1, (one) =>
    withThreads(2, async (two) => {
      const rows: Row[] = [];
      for (const layer of layers)
        for (const density of [1, 0.1]) rows.push(...(await layerRows([one, two], layer, density, rounds)));
      for (const name of Object.keys(networks) as NetworkName[])
        rows.push(await stepRow([one, two], name, rounds));
      return rows;
    }),
  );
}

/** A layer's phases take so little that more rounds cost nothing. */
const layerRounds = 10;

async function layerRows(pages: Ask[], layer: BenchedLayer, density: number, rounds: number): Promise<Row[]> {
  const expression = `page.phasesMs(${JSON.stringify(layer)}, ${density})`;
  const least = await leastOf(
    pages.map((ask) => () => ask<Record<string, number>>(expression)),
    rounds * layerRounds,
  );
  return Object.keys(least[0]).map((phase) =>
    compared(`${phase}, ${layer}, density ${100 * density} %`, least[0][phase], least[1][phase]),
  );
}

async function stepRow([one, two]: Ask[], name: NetworkName, rounds: number): Promise<Row> {
  const step = (ask: Ask, mode: string) => async () => ({
    ms: await ask<number>(`page.stepMs("${name}", "${mode}")`),
  });
  const ways = [step(one, "package"), ...modes.map((mode) => step(two, mode))];
  await leastOf(ways, 3);
  const [alone, ...byMode] = await leastOf(ways, rounds);
  const both = Object.fromEntries(modes.map((mode, i) => [mode, byMode[i].ms]));
  return {
    ...compared(`a step of ${name}`, alone.ms, both.package),
    "by hand, two threads": both["by hand"],
    "workaround, two threads": both.workaround,
  };
}

const compared = (what: string, one: number, two: number): Row => ({
  what,
  "one thread": one,
  "two threads": two,
  faster: one / two,
});

/** The least of each number that each way gives: one after the other, so many rounds. */
async function leastOf<T extends Record<string, number>>(
  ways: readonly (() => Promise<T>)[],
  rounds: number,
): Promise<Record<string, number>[]> {
  const least: Record<string, number>[] = ways.map(() => ({}));
  for (let round = 0; round < rounds; round++)
    for (const [i, way] of ways.entries())
      for (const [name, ms] of Object.entries(await way()))
        least[i][name] = Math.min(least[i][name] ?? Infinity, ms);
  return least;
}
