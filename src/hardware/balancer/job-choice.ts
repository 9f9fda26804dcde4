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
  const { pes, macs } = column;
  const offers = Array.from({ length: pes }, (_, pe) => ready(column, pe));
  const first = offers.map((own) => own.at(0));
  const begun: Choice[] = [];
  /** [pe] MACs of neighbours that ask for a trace, the left neighbour's first */
  const asking: { left: number[]; right: number[] }[] = offers.map(() => ({ left: [], right: [] }));
  for (let pe = 0; pe < pes; pe++)
    for (let i = 0; i < macs; i++) {
      const mac = pe * macs + i;
      if (!column.free(mac)) continue;
      const toTheLeft = i < macs / 2;
      const neighbour = (pe + (toTheLeft ? pes - 1 : 1)) % pes;
      const theirs = column.help && pes > 1 ? first[neighbour] : undefined;
      const own = offers[pe].at(0);
      if (own && !(theirs && theirs.next < own.next)) begun.push({ mac, trace: offers[pe].shift()!.trace });
      // what the left of two PEs asks for comes from its right MACs
      else if (theirs) asking[neighbour][toTheLeft ? "right" : "left"].push(mac);
    }
  for (let pe = 0; pe < pes; pe++)
    for (const mac of [...asking[pe].left, ...asking[pe].right]) {
      const given = offers[pe].shift();
      if (given) begun.push({ mac, trace: given.trace });
    }
  return begun;
}

interface Offer {
  readonly trace: number;
  readonly next: number;
}

/** Traces of a PE that a MAC could serve, the farthest behind first. */
function ready({ traces, next }: Choosable, pe: number): Offer[] {
  const offers: Offer[] = [];
  for (let trace = pe * traces; trace < (pe + 1) * traces; trace++) {
    const k = next(trace);
    if (k !== undefined) offers.push({ trace, next: k });
  }
  return offers.sort((a, b) => a.next - b.next || a.trace - b.trace);
}
