import { describe, expect, it } from "vitest";
import { swgParameters } from "../../hardware/parameters.ts";
import { withValues } from "../../parameter.ts";
import { generateColumn } from "./generate.ts";
import { VectorRecord } from "./vectors.ts";

const port = (name: string, direction: "in" | "out", width: number) => ({
  name,
  direction,
  width,
  dimensions: [],
  group: "",
  about: "",
});

describe("what does swg rtl --out write?", () => {
  it("sources in order, a table of all ports, constraints at the machine's clock", () => {
    const p = withValues("swg", swgParameters, { rows: 2, clockMhz: 500 });
    const files = generateColumn(p, []);
    const sources = files.get("files.f")!.trim().split("\n");
    expect(sources.at(-1)).toBe("column.sv");
    for (const source of sources)
      expect(files.get(source)).toContain(`module ${source.slice(0, -".sv".length)}`);
    const readme = files.get("README.md")!;
    expect(readme).toContain("| `own_sums` | out | 256 | `[LANES-1:0][63:0]` | couples");
    // a sentence for each port but clock and reset
    expect(readme.match(/^\| `\w+` \| (in|out) \| \d+ \| [^|]*\| {2}\|$/gm)).toHaveLength(2);
    const constraints = files.get("column.sdc")!;
    expect(constraints).toContain("create_clock -name clock -period 2 [get_ports clock]");
    expect(constraints).toContain(
      "set_input_delay 0.4 -clock clock [get_ports {reset help headers shares_log* share*",
    );
    expect(constraints).toContain(
      "set_false_path -from [get_ports {help headers shares_log* share* sets* levels* level* is_last}]",
    );
    expect(`${readme}${constraints}`).not.toMatch(/undefined|NaN/);
  });
});

describe("what is a line of vectors?", () => {
  it("words of inputs that changed, then words of what is expected with their masks, in hexadecimal", () => {
    const ports = [port("clock", "in", 1), port("a", "in", 40), port("b", "in", 4), port("y", "out", 64)];
    const record = new VectorRecord(ports);
    record.set("a", 0x12_3456_789an);
    record.set("b", 31);
    record.cycle([]);
    record.set("b", 1);
    record.cycle([{ port: "y", value: 0xffn << 30n, mask: 0xfn << 30n }]);
    record.cycle([{ port: "y", value: 0xffn << 30n, mask: 0xfn << 30n }]);
    record.cycle([]);
    expect(record.text().split("\n")).toEqual([
      "3 0 3456789a 1 12 2 f 0",
      "1 2 1 2 0 c0000000 c0000000 1 3 3",
      "0 0",
      "0 2 0 0 0 1 0 0",
      "",
    ]);
    expect({ cycles: record.cycles, checked: record.checked }).toEqual({ cycles: 4, checked: 2 });
    expect(() => record.set("c", 1)).toThrow("the module has no such port: c");
  });
});
