import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NativeTool } from "./native-tools.ts";
import { type Bit, bitsOf, type Netlist } from "./netlist.ts";

/** The longest way between flip-flops, memories, inner modules and ports. */
export interface CriticalPath {
  /** clock to output and set-up of flip-flops included; without wires */
  readonly ns: number;
  /** where it begins and ends: a port, or what a flip-flop holds */
  readonly from: string;
  readonly to: string;
}

/**
 * OpenSTA's critical path of a module that was mapped to a Liberty file's cells; undefined where there is none, or the file
 * says nothing of time. What is not such a cell, a memory or an inner module, begins and ends paths as ports do. Throws
 * where `sta` is not installed.
 */
export function criticalPath(
  netlist: Netlist,
  liberty: string,
  isCell: (type: string) => boolean,
): CriticalPath | undefined {
  const folder = mkdtempSync(join(tmpdir(), "swg-sta-"));
  try {
    writeFileSync(join(folder, "cells.lib"), liberty);
    writeFileSync(join(folder, "module.v"), structuralVerilog(netlist, isCell));
    writeFileSync(join(folder, "path.tcl"), script);
    const { error, stdout } = spawnSync(tool, ["-no_splash", "-no_init", "-exit", "path.tcl"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (error) throw error;
    const [, ns, from, to] = /^critical (\S+) (\S+) (\S+)$/m.exec(stdout) ?? [];
    return ns === undefined ? undefined : { ns: Number(ns), from: held(from), to: held(to) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tool: NativeTool = "sta";

/** Everything is clocked by `clock` or, where there is no such port, by a clock that is nowhere else. */
const script = `
read_liberty cells.lib
read_verilog module.v
link_design module_of
set_cmd_units -time ns
set period 1
set clock_port [get_ports -quiet clock]
if { $clock_port == "" } { create_clock -name clock -period $period } else { create_clock -name clock -period $period $clock_port }
foreach port [all_inputs] { if { $port != $clock_port } { set_input_delay 0 -clock clock $port } }
set_output_delay 0 -clock clock [all_outputs]
set path [lindex [find_timing_paths] 0]
if { $path != "" } {
  puts "critical [format %.3f [expr $period - [get_property $path slack]]] [get_full_name [get_property $path startpoint]] [get_full_name [get_property $path endpoint]]"
}
`;

/** A cell bears the name of the first net that it drives. */
const held = (pin: string): string => pin.replace(/^of:(.*)\/\w+$/, "$1");

/** Names of nets: a port's before others; none that Yosys made up. */
function namesOfBits({ ports, netnames }: Netlist): ReadonlyMap<Bit, string> {
  const names = new Map<Bit, string>();
  const own = Object.entries(netnames).filter(([, { hide_name }]) => !hide_name);
  for (const [net, { bits }] of [...Object.entries(ports), ...own])
    for (const [i, bit] of bits.entries())
      if (!names.has(bit)) names.set(bit, bits.length > 1 ? `${net}[${i}]` : net);
  return names;
}

function cellInstance(cell: Netlist["cells"][string], net: (bit: Bit) => string): string {
  const pins = Object.entries(cell.connections).filter(([, bits]) => bits.length > 0);
  const [driven] = bitsOf(cell, "output");
  const label = net(driven).slice(1);
  return `  ${cell.type} \\of:${label}(${pins.map(([pin, [bit]]) => `.${pin}(${net(bit)})`).join(", ")});`;
}

/** The module as instances of cells; pins of everything else are its ports. */
function structuralVerilog(netlist: Netlist, isCell: (type: string) => boolean): string {
  const names = namesOfBits(netlist);
  const net = (bit: Bit) =>
    typeof bit === "string" ? `1'b${bit === "1" ? 1 : 0}` : `\\${names.get(bit) ?? `n${bit}`} `;
  const cells = Object.values(netlist.cells);
  const instances = cells.filter(({ type }) => isCell(type)).map((cell) => cellInstance(cell, net));
  const others = cells.filter(({ type }) => !isCell(type));
  const ports = Object.values(netlist.ports);
  const portBits = (wanted: boolean) =>
    ports.flatMap(({ direction, bits }) => ((direction === "input") === wanted ? bits : []));
  const inputs = new Set([...portBits(true), ...others.flatMap((cell) => bitsOf(cell, "output"))]);
  const outputs = new Set([...portBits(false), ...others.flatMap((cell) => bitsOf(cell, "input"))]);
  const inputNames = [...inputs].map(net);
  // an output that is an input has no gate on its way
  const outputNames = [...outputs].filter((bit) => typeof bit !== "string" && !inputs.has(bit)).map(net);
  return [
    `module module_of (${[...inputNames, ...outputNames].join(", ")});`,
    ...inputNames.map((port) => `  input ${port};`),
    ...outputNames.map((port) => `  output ${port};`),
    ...instances,
    "endmodule\n",
  ].join("\n");
}
