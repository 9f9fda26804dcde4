import { type Bit, bitsOf, type Netlist } from "./netlist.ts";

/** A module as far as time is concerned: what a signal passes on its way, and where ways begin and end. */
export interface ModuleWays {
  readonly ports: Readonly<Record<string, { readonly input: boolean; readonly bits: readonly Bit[] }>>;
  /** of each gate and of each memory's port that is read without a clock: nets that it drives, and that it reads */
  readonly gates: readonly Passage[];
  readonly reads: readonly Passage[];
  /** nets at which a way ends: what flip-flops and memories take with the clock */
  readonly ends: readonly Bit[];
  readonly inner: readonly Instance[];
}
export type Passage = readonly [drives: readonly Bit[], reads: readonly Bit[]];

interface Instance {
  readonly module: string;
  readonly pins: Readonly<Record<string, readonly Bit[]>>;
}

/** What of a netlist `ModuleTimes` needs. `boxes` are names of the modules in it, `isGate` says which cells only pass on. */
export function moduleWays(
  { ports, cells }: Netlist,
  boxes: ReadonlySet<string>,
  isGate: (type: string) => boolean,
): ModuleWays {
  const gates: Passage[] = [];
  const reads: Passage[] = [];
  const ends: Bit[] = [];
  const inner: Instance[] = [];
  for (const cell of Object.values(cells)) {
    const { type, connections } = cell;
    if (boxes.has(type)) inner.push({ module: type, pins: connections });
    else if (isGate(type)) gates.push([bitsOf(cell, "output"), bitsOf(cell, "input")]);
    else if (type === "$mem_v2") {
      const memory = memoryWays(cell);
      reads.push(...memory.reads);
      ends.push(...memory.ends);
    } else ends.push(...bitsOf(cell, "input"));
  }
  const directions = Object.entries(ports).map(([name, { direction, bits }]) => [
    name,
    { input: direction === "input", bits },
  ]);
  return { ports: Object.fromEntries(directions), gates, reads, ends, inner };
}

/** A way goes on through ports that are read without a clock, and ends at all others. */
function memoryWays({
  connections,
  parameters,
}: Netlist["cells"][string]): Pick<ModuleWays, "reads" | "ends"> {
  const clocked = parameters.RD_CLK_ENABLE;
  const number = (name: string) => Number.parseInt(parameters[name], 2);
  const [readPorts, addressBits, width] = ["RD_PORTS", "ABITS", "WIDTH"].map(number);
  const reads: Passage[] = [];
  const ends: Bit[] = [];
  for (let port = 0; port < readPorts; port++) {
    const address = connections.RD_ADDR.slice(port * addressBits, (port + 1) * addressBits);
    if (clocked[clocked.length - 1 - port] === "1") ends.push(...address);
    else reads.push([connections.RD_DATA.slice(port * width, (port + 1) * width), address]);
  }
  for (const pin of ["WR_ADDR", "WR_DATA", "WR_EN"]) ends.push(...connections[pin]);
  return { reads, ends };
}
