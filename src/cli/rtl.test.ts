import { expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

it.each([
  ["rtl", /^error: rtl: needs one of --out FOLDER, --check and --synth, has none\n$/],
  ["rtl --check --set swg.rowWords=8", /^error: rtl: swg.rowWords must be 12, is 8; [^\n]*\n$/],
  ["rtl --check --set swg.traces=4", /^error: rtl: swg.traces must be 1 to 3, is 4\n$/],
  [
    "rtl --synth --set swg.listWords=48",
    /^error: rtl: swg.listWords must be 16, 32, 64, 128 or 256, is 48\n$/,
  ],
  ["rtl --check --seed -1", /^error: --seed must be a whole number from 0 to \d+, is "-1"\n$/],
  ["rtl --check --layers 0", /^error: --layers must be a whole number from 1 to 100000, is "0"\n$/],
])("%s: says in one line what there is", async (line, message) => {
  const { out, err, code } = await swg(line);
  expect({ out, code }).toEqual({ out: "", code: 1 });
  expect(err).toMatch(message);
});
