import { isSwg, type Machine, withParameters } from "../accelerators/machine.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";

/** What each limit of SWG's machine costs in one layer: cycles without it, from runs in which it alone was lifted. */
export interface LiftedLimits {
  readonly layer: string;
  /** fewest cycles first */
  readonly limits: readonly {
    /** a label, as in `swg run --why --format json` */
    readonly limit: string;
    /** what the machine has then */
    readonly words: string;
    /** may be more than the machine's own: it maps the layer anew, by an estimate */
    readonly cycles: number;
    /** of the whole machine then; absent in reports of versions that did not say it */
    readonly areaMm2?: number;
  }[];
}

/** A limit of SWG's machine that a run can lift: what the machine has then, in words that end "with", and its parameters. */
interface Limit {
  readonly words: string;
  readonly lifted: (p: SwgParameters) => Partial<SwgParameters>;
}

/** More than any parameter may be: what is lifted is as large as it may be. */
const plenty = Number.MAX_SAFE_INTEGER;

/** Each limit that can be lifted alone, by the label of the machine without it; one that would be larger than a parameter may be is left out. */
export const limits: Readonly<Record<string, Limit>> = {
  ports: { words: "ports and DRAM that take no time", lifted: () => ({ unlimitedPorts: true }) },
  dram: { words: "DRAM without limit", lifted: () => ({ dramMbps: plenty }) },
  "buffer-ports": {
    words: "the widest global-buffer ports",
    lifted: () => ({ globalBufferReadBytes: plenty, globalBufferWriteBytes: plenty }),
  },
  buffer: {
    words: "16 times the global buffer",
    lifted: ({ globalBufferKib }) => ({ globalBufferKib: 16 * globalBufferKib }),
  },
  "write-queue": {
    words: "16 times the write queue",
    lifted: ({ globalBufferKib, writeQueueKib }) => ({
      globalBufferKib: globalBufferKib + 15 * writeQueueKib,
      writeQueueKib: 16 * writeQueueKib,
    }),
  },
  drain: { words: "as many ways for sums out of a column as may be", lifted: () => ({ drainLanes: plenty }) },
  "list-ports": { words: "a list port for each PE", lifted: ({ rows }) => ({ listPorts: rows }) },
  "list-memory": {
    words: "16 times the list memory in a PE",
    lifted: (p) => ({ listWords: 16 * p.listWords }),
  },
  "lists-ahead": {
    words: "traces 8 times as many k's ahead",
    lifted: (p) => ({ listAhead: 8 * p.listAhead }),
  },
  traces: { words: "twice the traces in a PE", lifted: (p) => ({ traces: 2 * p.traces }) },
  chunks: { words: "twice the fmap chunks in a trace", lifted: (p) => ({ chunks: 2 * p.chunks }) },
  "row-words": {
    words: "fmap chunks twice as long",
    lifted: (p) => ({ rowWords: 2 * p.rowWords, chunkWords: 2 * p.chunkWords }),
  },
  sums: { words: "8 times the sums in a trace", lifted: (p) => ({ sums: 8 * p.sums }) },
};

/**
 * SWG's machine with each limit lifted in turn, by the limit's label, and nothing else changed; one that the machine does not
 * have is left out. Throws `InputError` for a machine that is not SWG.
 */
export function liftedMachines(machine: Machine): Machine[] {
  if (!isSwg(machine))
    throw new InputError(
      `limits can be lifted of a machine of swg, ${JSON.stringify(machine.label)} is none`,
    );
  const now = machine.parameters as unknown as SwgParameters;
  const without = Object.entries(limits).map(([label, { lifted }]) => ({ label, changed: lifted(now) }));
  return without
    .filter(({ changed }) => isPossible(changed))
    .map(({ label, changed }) => ({ label, changed: withLargest(changed) }))
    .filter(({ changed }) => lifts(now, changed) && !(now.unlimitedPorts && isOfPorts(changed)))
    .map(({ label, changed }) => ({ ...withParameters(machine, changed), label }));
}

/** What a parameter may be at most whose declaration does not say. */
const mostUnlessStated = 1024;

function mostOf(name: string): number {
  const declared = swgParameters[name as keyof SwgParameters];
  return "max" in declared ? declared.max : mostUnlessStated;
}

/** Whether each parameter may be as large as is asked: twice as much is twice, or nothing. */
const isPossible = (changed: Partial<SwgParameters>): boolean =>
  Object.entries(changed).every(
    ([name, value]) => typeof value !== "number" || value === plenty || value <= mostOf(name),
  );

/** The same, `plenty` as large as the parameter may be. */
const withLargest = (changed: Partial<SwgParameters>): Partial<SwgParameters> =>
  Object.fromEntries(
    Object.entries(changed).map(([name, value]) => [name, value === plenty ? mostOf(name) : value]),
  );

/** Whether a parameter grows, and none falls. */
function lifts(now: SwgParameters, changed: Partial<SwgParameters>): boolean {
  const names = Object.keys(changed) as (keyof SwgParameters)[];
  return (
    names.every((name) => changed[name]! >= now[name]) && names.some((name) => changed[name]! > now[name])
  );
}

/** What takes no time where ports are unlimited. */
const isOfPorts = (changed: Partial<SwgParameters>): boolean =>
  ["dramMbps", "globalBufferReadBytes", "drainLanes", "listPorts"].some((name) => name in changed);
