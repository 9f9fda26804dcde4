import {
  clockGate,
  clockGatesOf,
  flipFlop,
  gateEquivalents,
  latchGateEquivalents,
} from "../../hardware/logic/gate-equivalents.ts";
import { cached } from "../disk-cache.ts";
import { type Bit, logicDepth, type Netlist } from "../netlist.ts";
import { selectPart } from "../select-part.ts";
import { abcCommand } from "../synthesis.ts";
import { toolVersions, YosysThread } from "../toolchain.ts";

/** A block of SystemVerilog to be made into gates. */
export interface BlockSource {
  readonly files: Readonly<Record<string, string>>;
  readonly top: string;
  /** parameters of the top module that are not at their defaults */
  readonly parameters?: Readonly<Record<string, number>>;
  /** modules in it that stay boxes: who simulates the gates plays them */
  readonly boxes?: readonly string[];
}

/** Flip-flops with an enable keep it: where it is low their clock is gated. */
export const enabledFlipFlop = "$_DFFE_PP_";

const mostSeconds = 600;

/** A block as gates, and what they cost. */
export interface BlockNetlist {
  readonly netlist: Netlist;
  /** of gates, those of clocks and latches included (D57) */
  readonly gateEquivalents: number;
  readonly flipFlops: number;
  /** on the longest way between flip-flops, memories, boxes and ports */
  readonly gates: number;
}

/**
 * A block as one flat netlist of the gates that `synthesise` maps to, by the same effort; flip-flops, those with enable, and
 * memories of any number of ports stay. Kept for the next time. `thread` does it, or one of its own, which takes seconds
 * to begin. Throws `InputError` for a block that takes longer than ten minutes.
 */
export async function gateNetlist(source: BlockSource, thread?: YosysThread): Promise<BlockNetlist> {
  const { files, top, parameters = {}, boxes = [] } = source;
  const commands = commandsFor(Object.keys(files), top, parameters, boxes);
  const inputs = { ...files, "select-part.v": selectPart };
  const key = [toolVersions(), ...commands, JSON.stringify(inputs), JSON.stringify(gateEquivalents)];
  const json = await cached("gates.json", key, async () => {
    const own = thread ?? new YosysThread();
    try {
      return await own.run(top, commands, inputs, "netlist.json", mostSeconds);
    } finally {
      if (!thread) await own.end();
    }
  });
  const { modules } = JSON.parse(new TextDecoder().decode(json)) as { modules: Record<string, Netlist> };
  return measured(topOf(modules));
}

function commandsFor(
  files: readonly string[],
  top: string,
  parameters: Readonly<Record<string, number>>,
  boxes: readonly string[],
): string[] {
  const set = Object.entries(parameters).map(([name, value]) => ` -chparam ${name} ${value}`);
  const gates = Object.keys(gateEquivalents).map((gate) => gate.slice(2, -1));
  const mapped = gates.filter((gate) => gate !== "NOT" && gate !== "BUF");
  return [
    ...files.map((file) => `read_verilog -sv ${file}`),
    `hierarchy -check -top ${top}${set.join("")}`,
    // a module with parameters has another name by now, with its own in it
    ...boxes.map((box) => `setattr -mod -set keep_hierarchy 1 *${box}*`),
    "proc",
    "flatten",
    "opt_clean",
    ...boxes.map((box) => `blackbox *${box}*`),
    // a reset becomes gates before the flip-flop, so that an enable beside it is seen
    "opt -full -nosdff",
    "wreduce",
    "peepopt",
    "opt_clean",
    "alumacc",
    "opt -nosdff",
    "memory -nomap -nordff",
    "opt_clean",
    "techmap -map select-part.v",
    "opt_expr -mux_undef",
    "opt_clean",
    "techmap",
    "opt_expr -mux_undef",
    "opt_clean",
    `dfflegalize -cell ${flipFlop} x -cell ${enabledFlipFlop} x`,
    "opt_clean",
    abcCommand(`-g ${mapped.join(",")}`),
    "opt_clean",
    "setattr -unset src",
    "write_json netlist.json",
  ];
}

/** The one module that is not a box or a cell of a library. */
function topOf(modules: Readonly<Record<string, Netlist>>): Netlist {
  const top = Object.values(modules).find(({ attributes }) => attributes.top !== undefined);
  if (!top) throw new Error("Yosys wrote a design without a top module");
  return top;
}

const isFlipFlop = (type: string): boolean => type === flipFlop || type === enabledFlipFlop;

/** Bits of registers that are marked as latches: simulated as flip-flops, which no one can tell from them (D57). */
const latchBits = ({ netnames }: Netlist): ReadonlySet<Bit> =>
  new Set(
    Object.values(netnames).flatMap(({ bits, attributes }) => (attributes?.latch === undefined ? [] : bits)),
  );

/** Of flip-flops with one enable. */
const enableGateEquivalents = (flipFlops: number): number =>
  flipFlops < clockGate.least
    ? flipFlops * gateEquivalents.$_MUX_
    : clockGatesOf(flipFlops) * clockGate.gateEquivalents;

function measured(netlist: Netlist): BlockNetlist {
  let [equivalents, flipFlops] = [0, 0];
  const enabled = new Map<Bit, number>();
  const latches = latchBits(netlist);
  for (const { type, connections } of Object.values(netlist.cells)) {
    equivalents += gateEquivalents[type] ?? 0;
    if (isFlipFlop(type) && latches.has(connections.Q[0])) equivalents += latchGateEquivalents;
    else if (isFlipFlop(type)) flipFlops++;
    if (type === enabledFlipFlop) enabled.set(connections.E[0], (enabled.get(connections.E[0]) ?? 0) + 1);
  }
  for (const count of enabled.values()) equivalents += enableGateEquivalents(count);
  const gates = logicDepth(netlist, (type) => Object.hasOwn(gateEquivalents, type));
  return { netlist, gateEquivalents: equivalents, flipFlops, gates };
}
