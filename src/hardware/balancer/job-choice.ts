import { hasOwnMacs, helpLead } from "../parameters.ts";

/**
 * The balancer inside a column: which trace each free MAC serves next (assumed, D6, D73).
 *
 * A PE has traces and MACs of its own. Where there are no more traces than MACs each trace has its own. Else a MAC serves traces of
 * its PE; its first half of MACs may also serve the PE to the left, the others the PE to the right. All PEs decide in the same
 * cycle from what stood at its start.
 */

/** What a cycle begins with. */
export interface Choosable {
  readonly pes: number;
  readonly macs: number;
  readonly traces: number;
  /** whether MACs serve neighbours at all */
  readonly help: boolean;
  /** the k that a trace has next, by its number in the column's list; undefined: it is served, or cannot begin */
  next(trace: number): number | undefined;
  free(mac: number): boolean;
}

/** MAC `mac` begins the next job of trace `trace`. */
export interface Choice {
  readonly mac: number;
  readonly trace: number;
}

/**
 * All jobs that begin in a cycle. A PE keeps a trace for each of its free MACs, the farthest behind for the first, and offers the
 * next one to its neighbours. A MAC takes what is kept for it, unless nothing is kept, or its neighbour's offer is farther behind by
 * `helpLead` k's.
 * Who asks in vain, or is kept a trace for and goes elsewhere, costs a cycle at most: all choose again in the next one.
 */
export function chooseJobs(column: Choosable): Choice[] {
  return hasOwnMacs(column) ? ownJobs(column) : sharedJobs(column);
}

/** Each trace at the MAC of its number. */
function ownJobs({ pes, macs, traces, next, free }: Choosable): Choice[] {
  return Array.from({ length: pes * traces }, (_, trace) => ({
    mac: Math.floor(trace / traces) * macs + (trace % traces),
    trace,
  })).filter(({ mac, trace }) => next(trace) !== undefined && free(mac));
}

function sharedJobs(column: Choosable): Choice[] {
  const pes = Array.from({ length: column.pes }, (_, pe) => choosing(column, pe));
  const choices: Choice[] = [];
  for (const [pe, { kept }] of pes.entries()) {
    let freeBefore = 0;
    for (let mac = pe * column.macs; mac < (pe + 1) * column.macs; mac++) {
      if (!column.free(mac)) continue;
      const own = kept.at(freeBefore++);
      if (!asksNeighbour(column, pes, mac, own) && own) choices.push({ mac, trace: own.trace });
    }
  }
  for (const { offer, left, right } of pes) {
    const mac = left ?? right;
    if (offer && mac !== undefined) choices.push({ mac, trace: offer.trace });
  }
  return choices;
}

/** Whether a free MAC, for which its PE keeps `own`, asks for the neighbour's offer. */
function asksNeighbour(
  column: Choosable,
  pes: readonly Choosing[],
  mac: number,
  own: Offer | undefined,
): boolean {
  if (!column.help || column.pes === 1) return false;
  const pe = Math.floor(mac / column.macs);
  const looksLeft = mac % column.macs < column.macs / 2;
  const neighbour = pes[(pe + (looksLeft ? column.pes - 1 : 1)) % column.pes];
  const { offer } = neighbour;
  if (!offer || (own && offer.next + helpLead > own.next)) return false;
  if (looksLeft) neighbour.right ??= mac;
  else neighbour.left ??= mac;
  return true;
}

/** The traces that a PE keeps for its free MACs, the one that it offers, and who asks for that. */
interface Choosing {
  readonly kept: readonly Offer[];
  readonly offer: Offer | undefined;
  /** a MAC of the PE to the left, and of that to the right */
  left: number | undefined;
  right: number | undefined;
}

function choosing(column: Choosable, pe: number): Choosing {
  const ready = readyTraces(column, pe);
  let free = 0;
  for (let mac = pe * column.macs; mac < (pe + 1) * column.macs; mac++) if (column.free(mac)) free++;
  return { kept: ready.slice(0, free), offer: ready.at(free), left: undefined, right: undefined };
}

interface Offer {
  readonly trace: number;
  readonly next: number;
}

/** Traces of a PE that a MAC could serve, the farthest behind first. */
function readyTraces({ traces, next }: Choosable, pe: number): Offer[] {
  const offers: Offer[] = [];
  for (let trace = pe * traces; trace < (pe + 1) * traces; trace++) {
    const k = next(trace);
    if (k !== undefined) offers.push({ trace, next: k });
  }
  return offers.length > 1 ? offers.sort((a, b) => a.next - b.next || a.trace - b.trace) : offers;
}
