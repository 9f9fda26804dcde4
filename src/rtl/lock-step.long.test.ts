import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { Circuit } from "./circuit.ts";
import { type CycleModel, describeDifference, firstDifference, type PortValues } from "./lock-step.ts";

/** A sum of what was valid, and its parity. At `FAULT` it drops what comes in. */
const text = `
module sum #(parameter int FAULT = 1000) (
  input logic clock, input logic reset, input logic valid, input logic [39:0] value,
  output logic [39:0] total, output logic odd);
  logic [39:0] next;
  assign next = total + value;
  assign odd = ^total;
  always_ff @(posedge clock)
    if (reset) total <= '0;
    else if (valid && total[9:0] != 10'(FAULT)) total <= next;
endmodule`;

let circuit: Circuit;
beforeAll(async () => {
  circuit = await Circuit.compile({ files: { "sum.sv": text }, top: "sum", parameters: { FAULT: 1000 } });
});

function model(): CycleModel {
  let total = 0n;
  return ({ reset, valid, value }) => {
    const before = total;
    if (reset) total = 0n;
    else if (valid) total = BigInt.asUintN(40, total + BigInt(value));
    const odd = before.toString(2).replaceAll("0", "").length % 2;
    return { total: before, odd };
  };
}

function* stimulus(cycles: number, least: number): Generator<PortValues> {
  const random = seededRandom(5);
  for (let i = 0; i < cycles; i++)
    yield {
      reset: i === 0,
      valid: random.uniform() < 0.7,
      value: least + random.below(2 ** 20) * 1024,
    };
}

describe("is the first difference between a circuit and its model found?", () => {
  it("none where there is none", () => {
    circuit.powerOn();
    expect(firstDifference(circuit, model(), stimulus(5000, 0))).toBeUndefined();
    expect(circuit.cycle).toBe(5000);
  });

  it("the cycle after the fault, by signal and both values, with the cycles around", () => {
    circuit.powerOn();
    const found = firstDifference(circuit, model(), stimulus(5000, 8), 20)!;
    const [cycle, before] = expectedFault();
    expect(found).toMatchObject({ cycle, signal: "total", circuit: before });
    expect(describeDifference(found)).toBe(
      `cycle ${cycle}: total is ${before} in the circuit, ${found.model} in the model`,
    );
    const times = Array.from(found.vcd.matchAll(/^#(\d+)$/gm), ([, time]) => Number(time) / 5000);
    expect(times[0]).toBeLessThanOrEqual(cycle - 20);
    expect(times[0]).toBeGreaterThan(cycle - 60);
    expect(times.at(-1)).toBeGreaterThan(cycle);
    // what the waveform says of the cycle of the difference
    const at = found.vcd.slice(0, found.vcd.indexOf(`#${cycle * 5000 + 5000}\n`));
    expect(lastValue(at, "circuit", "total")).toBe(found.circuit);
    expect(lastValue(at, "model", "total")).toBe(found.model);
  });

  /** The cycle whose total the fault makes wrong, and the total that it keeps. */
  function expectedFault(): [number, bigint] {
    const total = model();
    let [cycle, wasFault, before] = [0, false, 0n];
    for (const inputs of stimulus(5000, 8)) {
      const now = BigInt(total(inputs, cycle).total);
      if (wasFault) return [cycle, before];
      wasFault = inputs.valid === true && now % 1024n === 1000n;
      before = now;
      cycle++;
    }
    throw new Error("the fault never shows");
  }
});

/** The last value that a waveform gives a signal. */
function lastValue(text: string, scope: string, name: string): bigint {
  const start = text.indexOf(`$scope module ${scope} `);
  const id = new RegExp(`\\$var wire \\d+ (\\S+) ${name} \\$end`).exec(text.slice(start))![1];
  const changes = text.split("\n").filter((line) => line.startsWith("b") && line.endsWith(` ${id}`));
  return BigInt(`0${changes.at(-1)!.split(" ")[0]}`);
}
