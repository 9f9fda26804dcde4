import { readdirSync, readFileSync } from "node:fs";
import {
  type ArithmeticFormat,
  type BlockName,
  type PublishedFormat,
  type SynthesisedPe,
  toggledBlocks,
  type ValueBits,
} from "../../hardware/logic/toggled-blocks.ts";
import { blockFiles, designText } from "../design-text.ts";
import type { BlockSource } from "./gate-netlist.ts";
import { floatFormats, formatBits, isFloat } from "./number-codes.ts";

const folder = new URL("../../hardware/baseline-blocks/", import.meta.url);

/** Blocks of SWG, then those of other machines, which use some of them. */
const moduleTexts = new Map([
  ...blockFiles.map((file): [string, string] => [file.split("/")[1], designText(file)]),
  ...readdirSync(folder)
    .filter((file) => file.endsWith(".sv"))
    .sort()
    .map((file): [string, string] => [file, readFileSync(new URL(file, folder), "utf8")]),
]);

/** A module with those files only that it needs, so that another one's change leaves what was made of it valid. */
export function moduleSource(
  top: string,
  parameters: Readonly<Record<string, number>> = {},
  boxes: readonly string[] = [],
): BlockSource {
  const needed = new Set<string>();
  const need = (module: string) => {
    needed.add(`${module}.sv`);
    const text = moduleTexts.get(`${module}.sv`);
    if (text === undefined) throw new Error(`no SystemVerilog file holds the module ${module}`);
    for (const file of moduleTexts.keys()) {
      const other = file.slice(0, -".sv".length);
      if (!needed.has(file) && new RegExp(`^\\s*${other} (#\\(|\\w+ \\()`, "m").test(text)) need(other);
    }
  };
  need(top);
  const files = Object.fromEntries([...moduleTexts].filter(([file]) => needed.has(file)));
  return { files, top, parameters, boxes };
}

export function blockSource(name: BlockName, valueBits: ValueBits, pe: SynthesisedPe): BlockSource {
  const { module, parameters, without } = toggledBlocks[name];
  return moduleSource(module, parameters(valueBits, pe), without);
}

/** The multiplier of a format whose product is as wide as a sum. */
export function multiplierSource(format: ArithmeticFormat): BlockSource {
  if (format === "bf16") return moduleSource("multiplier", { FORMAT: 2, VALUE_BITS: 16 });
  if (!isFloat(format)) return moduleSource("multiplier", { FORMAT: 0, VALUE_BITS: formatBits(format) });
  const { exponentBits, fractionBits } = floatFormats[format];
  return moduleSource("float_multiplier", {
    EXPONENT_BITS: exponentBits,
    FRACTION_BITS: fractionBits,
    RESULT_EXPONENT_BITS: floatFormats.fp32.exponentBits,
    RESULT_FRACTION_BITS: floatFormats.fp32.fractionBits,
  });
}

/** The adder of sums. */
export const adderSource = (format: ArithmeticFormat): BlockSource =>
  moduleSource("adder", { FORMAT: isFloat(format) ? 2 : 0 });

export function publishedUnitSource(unit: "multiplier" | "adder", format: PublishedFormat): BlockSource {
  if (!isFloat(format)) return moduleSource(`integer_${unit}`, { WIDTH: formatBits(format) });
  const { exponentBits, fractionBits } = floatFormats[format];
  const parameters = { EXPONENT_BITS: exponentBits, FRACTION_BITS: fractionBits };
  return moduleSource(
    `float_${unit}`,
    unit === "adder"
      ? parameters
      : { ...parameters, RESULT_EXPONENT_BITS: exponentBits, RESULT_FRACTION_BITS: fractionBits },
  );
}
