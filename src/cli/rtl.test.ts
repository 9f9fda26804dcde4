import { expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

it.each([
  ["rtl", /^error: rtl: needs one of --out FOLDER, --check and --synth, has none\n$/],
  ["rtl --check --set swg.sums=64", /^error: rtl: swg.sums must be 128, is 64; [^\n]*\n$/],
  ["rtl --check --seed -1", /^error: --seed must be a whole number from 0 to \d+, is "-1"\n$/],
  ["rtl --check --layers 0", /^error: --layers must be a whole number from 1 to 100000, is "0"\n$/],
])("%s: says in one line what there is", async (line, message) => {
  const { out, err, code } = await swg(line);
  expect({ out, code }).toEqual({ out: "", code: 1 });
  expect(err).toMatch(message);
});
