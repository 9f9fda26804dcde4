import type { PortFrame, VectorRecord } from "./vectors.ts";

/** A bench in SystemVerilog that gives `vectors.hex` to a module, and compares its outputs in every cycle. */
export function benchText(
  top: string,
  parameters: Readonly<Record<string, number>>,
  { inputs, outputs, cycles, checked }: VectorRecord,
): string {
  const connections = ({ ports }: PortFrame, vector: string) =>
    ports.map(({ name, word, width }) => `      .${name}(${vector}[${32 * word}+:${width}])`);
  const set = Object.entries(parameters).map(([name, value]) => `.${name}(${value})`);
  return `// Gives recorded inputs to \`${top}\` and holds its outputs to what the cycle model says of them, in
// every cycle. A line of bench/vectors.hex is a cycle: how many words of the inputs change, place and
// value of each; how many words of what is expected change, place, mask and value of each.
// Run from the folder above. +wave writes wave.vcd, of all signals.
module ${top}_bench;
  logic                 clock = 1'b1;
  logic                 given = 1'b0;
  logic [${32 * inputs.words - 1}:0] inputs;
  logic [${32 * outputs.words - 1}:0] outputs = '0;
  logic [${32 * outputs.words - 1}:0] must = '0;
  logic [${32 * outputs.words - 1}:0] mask = '0;
  integer file;
  integer found;
  integer changed;
  integer cycle;
  integer checked;
  logic [31:0] place;
  logic [31:0] bits;
  logic [31:0] value;

${outputs.ports.map(({ name, width }) => `  logic [${width - 1}:0] ${name};`).join("\n")}
  ${top} #(${set.join(", ")}) dut (
      .clock,
${[...connections(inputs, "inputs"), ...outputs.ports.map(({ name }) => `      .${name}`)].join(",\n")}
  );
  always_comb begin
    outputs = '0;
${outputs.ports.map(({ name, word, width }) => `    outputs[${32 * word}+:${width}] = ${name};`).join("\n")}
  end

  task read_cycle;
    for (int i = 0; i < changed; i++) begin
      found = $fscanf(file, "%h %h", place, value);
      if (found != 2) $fatal(1, "FAIL bench/vectors.hex is cut off at cycle %0d", cycle);
      inputs[place*32+:32] = value;
    end
    found = $fscanf(file, "%h", changed);
    if (found != 1) $fatal(1, "FAIL bench/vectors.hex is cut off at cycle %0d", cycle);
    for (int i = 0; i < changed; i++) begin
      found = $fscanf(file, "%h %h %h", place, bits, value);
      if (found != 3) $fatal(1, "FAIL bench/vectors.hex is cut off at cycle %0d", cycle);
      mask[place*32+:32] = bits;
      must[place*32+:32] = value;
    end
  endtask

  initial begin
    if ($test$plusargs("wave")) begin
      $dumpfile("wave.vcd");
      $dumpvars(0, ${top}_bench);
    end
    file = $fopen("bench/vectors.hex", "r");
    if (file == 0) $fatal(1, "FAIL bench/vectors.hex cannot be read");
    cycle = 0;
    checked = 0;
    // not from time 0 on: \`always @*\` works out nothing before something changes
    #1 inputs = '0;
  end
  always #5 clock = ~clock;

  always @(negedge clock) begin
    found = $fscanf(file, "%h", changed);
    if (found == 1) begin
      read_cycle;
      given = 1'b1;
    end else begin
      if (cycle != ${cycles} || checked != ${checked})
        $fatal(1, "FAIL %0d cycles, %0d compared: must be ${cycles}, ${checked}", cycle, checked);
      $display("PASS %0d cycles, %0d of them compared", cycle, checked);
      $finish;
    end
  end

  always @(posedge clock) if (given) begin
    if ((outputs & mask) !== must) begin
${outputs.ports
  .map(({ name, word, width }) => {
    const part = (vector: string) => `${vector}[${32 * word}+:${width}]`;
    return `      if ((${part("outputs")} & ${part("mask")}) !== ${part("must")})
        $display("cycle %0d: ${name} & %h must be %h, is %h", cycle, ${part("mask")},
            ${part("must")}, ${part("outputs")} & ${part("mask")});`;
  })
  .join("\n")}
      $fatal(1, "FAIL cycle %0d", cycle);
    end
    if (mask != '0) checked = checked + 1;
    cycle = cycle + 1;
  end
endmodule
`;
}
