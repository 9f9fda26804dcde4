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

/** All jobs that begin in a cycle. */
export function chooseJobs(column: Choosable): Choice[] {
  const offers = Array.from({ length: column.pes }, (_, pe) => readyTraces(column, pe));
  /** [pe] what stood first when the cycle began: its neighbours see this */
  const first = offers.map((own) => own.at(0));
  const begun: Choice[] = [];
  /** [pe] MACs of neighbours that ask it for a trace */
  const asking: Asking[] = offers.map(() => ({ fromLeft: [], fromRight: [] }));
  for (let mac = 0; mac < column.pes * column.macs; mac++) {
    if (!column.free(mac)) continue;
    const own = offers[Math.floor(mac / column.macs)];
    const { neighbour, side } = neighbourOf(column, mac);
    const theirs = column.help && column.pes > 1 ? first[neighbour] : undefined;
    if (own.length > 0 && !(theirs && theirs.next < own[0].next))
      begun.push({ mac, trace: own.shift()!.trace });
    else if (theirs) asking[neighbour][side].push(mac);
  }
  for (const [pe, { fromLeft, fromRight }] of asking.entries())
    for (const mac of [...fromLeft, ...fromRight]) {
      const given = offers[pe].shift();
      if (given) begun.push({ mac, trace: given.trace });
    }
  return begun;
}

/** MACs of the PE to the left of one, and to its right, that ask for one of its traces. */
interface Asking {
  readonly fromLeft: number[];
  readonly fromRight: number[];
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
