import type { ModuleWays, Passage } from "./module-ways.ts";
import type { Bit } from "./netlist.ts";

/** A gate or a memory's read that a way passes, and the module that it stands in. */
export interface Passed {
  readonly module: string;
  readonly read: boolean;
}

/** Gates on ways from a net that have no way, or no net. */
const none = -1;

/** A net that leads to another: by a gate, a memory's read, or an inner module, from its input to its output. */
interface Edge {
  readonly to: number;
  readonly gates: number;
  readonly through: "gate" | "read" | Inside;
}

/** A way in an inner module; it begins or ends there where it has no input or no output. */
interface Inside {
  readonly instance: number;
  readonly input?: number;
  readonly output?: number;
}

/** How a way goes on at one of its ends: gates in an inner module, or no more of them. */
interface Rest {
  readonly gates: number;
  readonly inside?: Inside;
}
const nothing: Rest = { gates: 0 };

/** The longest ways through a module; who has it in it needs no more than these. Inputs and outputs are counted bit by bit. */
export class ModuleTimes {
  /** [input] gates of the longest way that ends in the module; [output] of the longest that begins in it */
  readonly into: readonly number[];
  readonly outOf: readonly number[];
  /** [input] outputs that it leads to, and over how many gates */
  readonly arcs: readonly (readonly { readonly output: number; readonly gates: number }[])[];
  /** of the longest way that does neither come in nor go out */
  readonly within: number;
  /** [port] its first bit among the inputs or the outputs */
  readonly firstBit = new Map<string, { readonly input: boolean; readonly at: number }>();

  private readonly names: readonly string[];
  private readonly inner: readonly (ModuleTimes | undefined)[];
  private readonly edges: Edge[][] = [];
  private readonly nets = new Map<Bit, number>();
  private readonly inputs: number[] = [];
  private readonly outputs: number[] = [];
  private readonly begins = new Map<number, Rest>();
  private readonly ends = new Map<number, Rest>();
  // of the ways that were followed last: gates to each net, and the edge and net by which it was reached
  private readonly gates: Int32Array;
  private readonly last: (Edge | undefined)[];
  private reached: readonly number[] = [];
  private readonly before: Int32Array;

  constructor(ways: ModuleWays, timesOf: (module: string) => ModuleTimes | undefined) {
    this.names = ways.inner.map(({ module }) => module);
    this.inner = this.names.map(timesOf);
    for (const [name, { input, bits }] of Object.entries(ways.ports)) {
      const list = input ? this.inputs : this.outputs;
      this.firstBit.set(name, { input, at: list.length });
      for (const bit of bits) list.push(this.net(bit));
    }
    this.passages(ways.gates, 1, "gate");
    this.passages(ways.reads, 0, "read");
    for (const bit of ways.ends) longer(this.ends, this.net(bit), nothing);
    for (const [i, { pins }] of ways.inner.entries()) this.instance(i, pins);
    this.beginAtUndriven();

    this.gates = new Int32Array(this.nets.size).fill(none);
    this.before = new Int32Array(this.nets.size);
    this.last = Array.from({ length: this.nets.size }, () => undefined);
    const own = this.follow(this.begins);
    this.within = Math.max(
      none,
      this.end(own)?.gates ?? none,
      ...this.inner.map((times) => times?.within ?? none),
    );
    this.outOf = this.outputs.map((net) => (net === none ? none : this.gates[net]));
    const fromInputs = this.fromInputs();
    this.into = fromInputs.map(({ into }) => into);
    this.arcs = fromInputs.map(({ arcs }) => arcs);
  }

  /** What nothing drives is a flip-flop's or a clocked memory's. */
  private beginAtUndriven(): void {
    const driven = new Set(this.edges.flatMap((edges) => edges.map(({ to }) => to)));
    for (const input of this.inputs) driven.add(input);
    for (const net of this.edges.keys()) if (!driven.has(net)) longer(this.begins, net, nothing);
  }

  /** [input] the longest ways from it. */
  private fromInputs(): { into: number; arcs: { output: number; gates: number }[] }[] {
    const outputsAt = new Map<number, number[]>();
    for (const [output, net] of this.outputs.entries())
      outputsAt.set(net, [...(outputsAt.get(net) ?? []), output]);
    return this.inputs.map((input) => {
      const reached = this.follow(new Map(input === none ? [] : [[input, nothing]]));
      return {
        into: this.end(reached)?.gates ?? none,
        arcs: reached.flatMap((net) =>
          (outputsAt.get(net) ?? []).map((output) => ({ output, gates: this.gates[net] })),
        ),
      };
    });
  }

  /** Tells what the longest way of all passes, in order. `name` is this module's. */
  longest(tell: (step: Passed) => void, name: string): void {
    const across = this.arcs.flatMap((reached, input) =>
      reached.map(({ output, gates }) => ({ gates, input, output })),
    );
    const ways: { gates: number; input?: number; output?: number }[] = [
      { gates: this.within },
      ...this.into.map((gates, input) => ({ gates, input })),
      ...this.outOf.map((gates, output) => ({ gates, output })),
      ...across,
    ];
    this.tell(
      ways.reduce((a, b) => (b.gates > a.gates ? b : a)),
      tell,
      name,
    );
  }

  /** Tells what the longest way from an input or a beginning within to an output or an end within passes. */
  private tell(
    { input, output }: { readonly input?: number; readonly output?: number },
    tell: (step: Passed) => void,
    name: string,
  ): void {
    const inside = (way: Inside | undefined) => {
      if (way) this.inner[way.instance]!.tell(way, tell, this.names[way.instance]);
    };
    const deepest = this.inner.findIndex((times) => times?.within === this.within);
    if (input === undefined && output === undefined && deepest >= 0) {
      inside({ instance: deepest });
      return;
    }
    const begins = input === undefined ? this.begins : new Map([[this.inputs[input], nothing]]);
    const reached = this.follow(begins);
    const end = output === undefined ? this.end(reached)!.net : this.outputs[output];
    const edges: Edge[] = [];
    let net = end;
    for (; this.last[net]; net = this.before[net]) edges.push(this.last[net]!);
    inside(begins.get(net)?.inside);
    for (const { through } of edges.reverse()) {
      if (typeof through === "object") inside(through);
      else tell({ module: name, read: through === "read" });
    }
    if (output === undefined) inside(this.ends.get(end)?.inside);
  }

  private net(bit: Bit): number {
    if (typeof bit === "string") return none;
    const known = this.nets.get(bit);
    if (known !== undefined) return known;
    this.edges.push([]);
    this.nets.set(bit, this.edges.length - 1);
    return this.edges.length - 1;
  }

  private passages(passages: readonly Passage[], gates: number, through: "gate" | "read"): void {
    for (const [drives, reads] of passages)
      for (const to of drives.map((bit) => this.net(bit)))
        for (const bit of reads) {
          const from = this.net(bit);
          if (from !== none) this.edges[from].push({ to, gates, through });
        }
  }

  private instance(instance: number, pins: Readonly<Record<string, readonly Bit[]>>): void {
    const times = this.inner[instance];
    const { inputs, outputs } = this.connected(times, pins);
    if (!times) return;
    for (const [input, from] of inputs.entries())
      if (isNet(from)) this.intoInstance(instance, input, from, outputs);
    for (const [output, to] of outputs.entries()) {
      const gates = times.outOf[output];
      if (isNet(to) && gates !== none) longer(this.begins, to, { gates, inside: { instance, output } });
    }
  }

  /** Nets at an inner module's inputs and outputs, bit by bit; a way ends at a pin of which nothing is known. */
  private connected(
    times: ModuleTimes | undefined,
    pins: Readonly<Record<string, readonly Bit[]>>,
  ): { inputs: number[]; outputs: number[] } {
    const [inputs, outputs]: [number[], number[]] = [[], []];
    for (const [port, bits] of Object.entries(pins)) {
      const nets = bits.map((bit) => this.net(bit));
      const place = times?.firstBit.get(port);
      if (!place) {
        for (const net of nets) longer(this.ends, net, nothing);
        continue;
      }
      const side = place.input ? inputs : outputs;
      for (const [i, net] of nets.entries()) side[place.at + i] = net;
    }
    return { inputs, outputs };
  }

  /** Ways from a net into an inner module: they end there, or lead through it to nets at its outputs. */
  private intoInstance(
    instance: number,
    input: number,
    from: number,
    outputs: readonly (number | undefined)[],
  ): void {
    const { into, arcs } = this.inner[instance]!;
    if (into[input] !== none) longer(this.ends, from, { gates: into[input], inside: { instance, input } });
    for (const { output, gates } of arcs[input]) {
      const to = outputs[output];
      if (isNet(to)) this.edges[from].push({ to, gates, through: { instance, input, output } });
    }
  }

  /** Finds the longest ways to all nets that are reached from some; these nets, each after those that it depends on. */
  private follow(begins: ReadonlyMap<number, Rest>): readonly number[] {
    for (const net of this.reached) this.gates[net] = none;
    const reached: number[] = [];
    const seen = new Set<number>();
    const stack: { net: number; next: number }[] = [];
    const visit = (net: number) => {
      if (seen.has(net)) return;
      seen.add(net);
      stack.push({ net, next: 0 });
    };
    for (const begin of begins.keys()) {
      visit(begin);
      for (let top = stack.at(-1); top; top = stack.at(-1)) {
        const edge = this.edges[top.net][top.next++];
        if (edge) visit(edge.to);
        else reached.push(stack.pop()!.net);
      }
    }
    reached.reverse();
    for (const [net, { gates }] of begins) {
      this.gates[net] = gates;
      this.last[net] = undefined;
    }
    for (const net of reached)
      for (const edge of this.edges[net]) {
        const gates = this.gates[net] + edge.gates;
        if (gates <= this.gates[edge.to]) continue;
        this.gates[edge.to] = gates;
        this.last[edge.to] = edge;
        this.before[edge.to] = net;
      }
    this.reached = reached;
    return reached;
  }

  /** Where the longest of the ways that were followed last ends in the module. */
  private end(reached: readonly number[]): { readonly net: number; readonly gates: number } | undefined {
    let longest: { net: number; gates: number } | undefined;
    for (const net of reached) {
      const rest = this.ends.get(net);
      if (rest && this.gates[net] + rest.gates > (longest?.gates ?? none))
        longest = { net, gates: this.gates[net] + rest.gates };
    }
    return longest;
  }
}

const isNet = (net: number | undefined): net is number => net !== undefined && net !== none;

function longer(rests: Map<number, Rest>, net: number, rest: Rest): void {
  if (net !== none && rest.gates > (rests.get(net)?.gates ?? none)) rests.set(net, rest);
}
