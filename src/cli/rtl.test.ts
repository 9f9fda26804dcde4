import { expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

it.each(["rtl", "rtl --out x --set swg.columns=2", "rtl --check --seed 7", "rtl --synth"])(
  "%s: says in one line that the design is being made anew",
  async (line) => {
    const { out, err, code } = await swg(line);
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(err).toMatch(/^error: rtl: [^\n]*being made anew[^\n]*\n$/);
  },
);
