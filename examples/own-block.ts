import { Circuit, firstDifference, GateSimulator, gateNetlist, synthesise, synthesisText } from "swg-sim/rtl";

// a block of one's own: a saturating sum of positive products
const files = {
  "saturating_sum.sv": `
module saturating_sum #(parameter int WIDTH = 4) (
  input logic clock, input logic enable, input logic [WIDTH-1:0] a, input logic [WIDTH-1:0] b,
  output logic [2*WIDTH-1:0] sum);
  logic [2*WIDTH:0] next;
  assign next = sum + a * b;
  always_ff @(posedge clock) if (enable) sum <= next[2*WIDTH] ? '1 : next[2*WIDTH-1:0];
endmodule`,
};
const top = "saturating_sum";

// numbers that differ from cycle to cycle, every third cycle without work
const stimulus = Array.from({ length: 1000 }, (_, i) => ({
  enable: i % 3 > 0,
  a: (i * 7) % 16,
  b: i % 16 > 12 ? 1 : 0,
}));

// does it do what a model of one line says? It is compiled to WebAssembly and held against that in each cycle
let sum = 0;
const circuit = await Circuit.compile({ files, top });
const difference = firstDifference(
  circuit,
  ({ enable, a, b }) => {
    const before = sum;
    if (enable) sum = Math.min(255, sum + Number(a) * Number(b));
    return { sum: before };
  },
  stimulus,
);
console.log(difference ? `differs in cycle ${difference.cycle}` : `${stimulus.length} cycles are the same`);

// what does it cost: gates and flip-flops, in gate equivalents
console.log(synthesisText(await synthesise(files, top)));

// and what switches in it, with these operands
const gates = new GateSimulator((await gateNetlist({ files, top })).netlist);
for (const { enable, a, b } of stimulus) {
  gates.set("enable", enable ? 1 : 0);
  gates.set("a", a);
  gates.set("b", b);
  gates.tick();
}
const { logic, clocked } = gates.take();
console.log(
  `a cycle toggles ${(logic / stimulus.length).toFixed(1)} gate equivalents and clocks ${(clocked / stimulus.length).toFixed(1)} flip-flops`,
);
