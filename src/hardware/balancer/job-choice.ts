import { helpLead } from "../parameters.ts";

/**
 * The balancer inside a column: which trace each free MAC serves next.
 *
 * A PE has traces and MACs of its own. A MAC serves traces of its PE; its first half of MACs may also serve the PE to the left,
 * the others the PE to the right. All PEs decide in the same cycle from what stood at its start.
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
  const pes = Array.from({ length: column.pes }, (_, pe) => choosing(column, pe));
  const asking = pes.map((): Asking => ({ fromLeft: undefined, fromRight: undefined }));
  const own = pes.flatMap((pe) =>
    pe.free.flatMap((mac, i) => ownOrAsk(column, pes, asking, mac, pe.kept.at(i))),
  );
  const given = asking.flatMap(({ fromLeft, fromRight }, pe) => {
    const mac = fromLeft ?? fromRight;
    return mac === undefined ? [] : [{ mac, trace: pes[pe].offer!.trace }];
  });
  return [...own, ...given];
}

/** What a free MAC takes of what its PE keeps for it; nothing where it asks for the neighbour's offer, or there is none. */
function ownOrAsk(
  column: Choosable,
  pes: readonly Choosing[],
  asking: readonly Asking[],
  mac: number,
  own: Offer | undefined,
): Choice[] {
  const { neighbour, side } = neighbourOf(column, mac);
  const offer = column.help && column.pes > 1 ? pes[neighbour].offer : undefined;
  if (own && !(offer && offer.next + helpLead <= own.next)) return [{ mac, trace: own.trace }];
  if (offer) asking[neighbour][side] ??= mac;
  return [];
}

/** A PE's free MACs, the traces that it keeps for them, and the one that it offers. */
interface Choosing {
  readonly free: readonly number[];
  readonly kept: readonly Offer[];
  readonly offer: Offer | undefined;
}

function choosing(column: Choosable, pe: number): Choosing {
  const free = Array.from({ length: column.macs }, (_, i) => pe * column.macs + i).filter(column.free);
  const ready = readyTraces(column, pe);
  return { free, kept: ready.slice(0, free.length), offer: ready.at(free.length) };
}

/** MACs of the PE to the left of one, and to its right, that ask for its offer; the left one gets it where both do. */
interface Asking {
  fromLeft: number | undefined;
  fromRight: number | undefined;
}

/** The PE that a MAC may help, and the side on which that PE sees it. */
function neighbourOf(
  { pes, macs }: Choosable,
  mac: number,
): { readonly neighbour: number; readonly side: keyof Asking } {
  const pe = Math.floor(mac / macs);
  const looksLeft = mac % macs < macs / 2;
  return looksLeft
    ? { neighbour: (pe + pes - 1) % pes, side: "fromRight" }
    : { neighbour: (pe + 1) % pes, side: "fromLeft" };
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
  return offers.sort((a, b) => a.next - b.next || a.trace - b.trace);
}
