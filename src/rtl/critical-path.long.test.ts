import { describe, expect, it } from "vitest";
import { nativeTool } from "./native-tools.ts";
import { synthesise } from "./synthesis.ts";

const flat = (kind: string, ns: number) => `${kind}(flat) { values("${ns}, ${ns}", "${ns}, ${ns}"); }`;
const arc = (from: string, ns: number, type = "combinational") => `timing() { related_pin: "${from}";
  timing_type: ${type}; ${flat("cell_rise", ns)} ${flat("cell_fall", ns)}
  ${flat("rise_transition", 0)} ${flat("fall_transition", 0)} }`;
const input = (name: string, more = "") => `pin(${name}) { direction: input; capacitance: 0; ${more} }`;
const gate = (name: string, area: number, pins: readonly string[], formula: string, ns: number) => `
  cell(${name}) { area: ${area}; ${pins.map((pin) => input(pin)).join(" ")}
    pin(Y) { direction: output; function: "${formula}"; ${pins.map((pin) => arc(pin, ns)).join(" ")} } }`;

/** A NAND takes 1 ns, a NOT 0.5, a flip-flop 2 to its output and 0.25 before the clock. */
const liberty = `library(made_up) { delay_model: table_lookup; time_unit: "1ns"; capacitive_load_unit(1, pf);
  lu_table_template(flat) { variable_1: input_net_transition; variable_2: total_output_net_capacitance;
    index_1("0, 1"); index_2("0, 1"); }
  lu_table_template(edge) { variable_1: constrained_pin_transition; index_1("0, 1"); }
  ${["input", "output"].map((side) => `${side}_threshold_pct_rise: 50; ${side}_threshold_pct_fall: 50;`).join(" ")}
  slew_lower_threshold_pct_rise: 20; slew_lower_threshold_pct_fall: 20;
  slew_upper_threshold_pct_rise: 80; slew_upper_threshold_pct_fall: 80;
  ${gate("INV", 1, ["A"], "!A", 0.5)} ${gate("BUF", 2, ["A"], "A", 0.5)}
  ${gate("NAND2", 2, ["A", "B"], "!(A*B)", 1)} ${gate("NOR2", 9, ["A", "B"], "!(A+B)", 1)}
  cell(KEEP) { area: 6; ff(IQ, IQN) { clocked_on: "C"; next_state: "D"; }
    ${input("C", "clock: true;")} ${input(
      "D",
      `timing() { related_pin: "C"; timing_type: setup_rising;
      rise_constraint(edge) { values("0.25, 0.25"); } fall_constraint(edge) { values("0.25, 0.25"); } }`,
    )}
    pin(Q) { direction: output; function: "IQ"; ${arc("C", 2, "rising_edge")} } } }`;

const files = {
  "inner.sv": `module inner (input logic a, input logic b, output logic y);
    assign y = ~(a & b);
  endmodule`,
  "outer.sv": `module outer (input logic clock, input logic a, input logic b, input logic c, output logic q, output logic y);
    logic p;
    always_ff @(posedge clock) p <= a;
    always_ff @(posedge clock) q <= ~(p & ~(b & c));
    inner one (.a(q), .b(p), .y);
  endmodule`,
};

const sta = nativeTool("sta");

describe.skipIf(!sta)(
  `is the critical path OpenSTA's${sta ? "" : ": sta is not installed, left out"}?`,
  () => {
    it("between flip-flops, inner modules and ports, by the Liberty file's delays", async () => {
      const { modules } = await synthesise(files, "outer", { liberty });
      const of = (module: string) => modules.find(({ name }) => name === module)!;
      expect(of("outer").flipFlops).toBe(2);
      // b and c pass a NAND before the one that p comes to: 2 + 1 + 0.25 from p
      expect(of("outer").criticalPath).toEqual({ ns: 3.25, from: "p", to: "q" });
      expect(of("inner").criticalPath).toMatchObject({ ns: 1, to: "y" });
    });
  },
);

describe("what does synthesis say of time without a Liberty file?", () => {
  it("the depth in gates, and no path", async () => {
    const { modules } = await synthesise(files, "inner");
    expect(modules[0].logicDepth).toBe(1);
    expect(modules[0]).not.toHaveProperty("criticalPath");
  });
});
