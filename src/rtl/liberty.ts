import { flipFlop } from "../hardware/logic/gate-equivalents.ts";
import { InputError } from "../input-error.ts";
import { computersError } from "../system-error.ts";
import { readSmallFile } from "../trace/small-file.ts";
import { libertyProblem } from "./liberty-syntax.ts";
import { abcCommand } from "./synthesis.ts";
import { yosys } from "./toolchain.ts";

/** Those of open cell libraries have up to 30 MB. */
const LARGEST_FILE_BYTES = 2 ** 26;

/**
 * The text of a Liberty file that a design can be mapped to: tried on one that needs a flip-flop and gates, before minutes
 * go into a large one. Throws an `InputError` that names the file.
 */
export async function libertyText(path: string): Promise<string> {
  const text = read(path);
  const trial =
    "module trial (input clock, a, b, output logic q, output y);\n" +
    "  always_ff @(posedge clock) q <= a ^ b;\n  assign y = a & ~b;\nendmodule\n";
  const commands = [
    "read_liberty -lib -ignore_miss_func cells.lib",
    "read_verilog -sv trial.sv",
    "proc",
    "techmap",
    `dfflegalize -cell ${flipFlop} x`,
    "dfflibmap -liberty cells.lib",
    abcCommand("-liberty cells.lib"),
    "opt_clean",
    "write_json netlist.json",
  ];
  const made = await yosys(commands, { "cells.lib": text, "trial.sv": trial }).catch((error) => {
    if (error instanceof InputError) throw new InputError(`${path}: ${inOurWords(error.message)}`);
    // what breaks Yosys down is in the file
    throw computersError(error) ? error : new InputError(`${path}: Yosys cannot read it (${String(error)})`);
  });
  const { modules } = JSON.parse(new TextDecoder().decode(made.files["netlist.json"] as Uint8Array)) as {
    modules: Record<string, { attributes: { area?: string }; cells: Record<string, { type: string }> }>;
  };
  for (const { type } of Object.values(modules.trial.cells))
    if (!(Number(modules[type]?.attributes.area) > 0))
      throw new InputError(`${path}: cell ${type} must have an area above 0`);
  return text;
}

/** A Liberty file begins with its library. */
function read(path: string): string {
  const bytes = readSmallFile(path, LARGEST_FILE_BYTES);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new InputError(`${path}: must be a Liberty file, is packed with gzip: unpack it first`);
  const text = bytes.toString("utf8");
  if (!/\blibrary\s*\(/.test(text))
    throw new InputError(`${path}: must be a Liberty file, with a library(...) { ... }`);
  const problem = libertyProblem(text);
  if (problem !== undefined) throw new InputError(`${path}: ${problem}`);
  return text;
}

/** What Yosys says where the file is what it cannot use. */
function inOurWords(message: string): string {
  if (message.includes("cannot be legalized"))
    return "must have a D flip-flop, for the rising edge of its clock";
  if (message.includes("ABC"))
    return "must have an inverter, a buffer, and gates that all others can be made of, with their functions";
  return message;
}
