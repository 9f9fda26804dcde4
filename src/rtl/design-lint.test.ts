import { describe, expect, it } from "vitest";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { columnParameters } from "./design-parameters.ts";
import { lint, nativeTool } from "./native-tools.ts";
import { moduleSource } from "./toggles/block-source.ts";

const machines: readonly Partial<SwgParameters>[] = [
  { traces: 1, chunks: 1, chunkWords: 8, listWords: 16, sums: 32, drainLanes: 1, listPorts: 1 },
  { traces: 2, chunks: 2, drainLanes: 2 },
  { traces: 3, chunks: 4, chunkWords: 64, listWords: 256, listPorts: 3 },
];

describe("has Verilator nothing to say of an array of columns, its assertions included, but of bits that are not used?", () => {
  for (const sizes of machines)
    it(JSON.stringify(sizes), ({ skip }) => {
      skip(nativeTool("verilator") === undefined, "verilator is not installed");
      const column = columnParameters(withValues("swg", swgParameters, { rows: 2, ...sizes }));
      const source = moduleSource("column_array", { COLUMNS: 2, ...column });
      const [[first, text], ...others] = Object.entries(source.files);
      const files = Object.fromEntries([[first, `\`define ASSERTIONS\n${text}`], ...others]);
      const said = lint("verilator", files, source.top, source.parameters);
      const wrong = said.filter((line) => /^%(Warning-(?!UNUSEDSIGNAL)|Error(?!: Exiting))/.test(line));
      expect(wrong).toEqual([]);
    });
});
