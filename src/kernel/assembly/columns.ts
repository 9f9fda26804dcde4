import { alloc, allocZeros } from "./arena";
import { Fetch } from "./fetch";
import { machine, mapping } from "./layout";

/** What columns, PEs, traces and MACs are at. Traces, MACs and PEs have numbers through all columns. */

/** An item whose list a column has asked for; the jobs of its traces stand behind it. */
@unmanaged
export class Entry extends Fetch {
  /** cycles at which its list was asked for, and was in the PEs */
  asked: i64;
  inPes: i64;
  episode: i32;
  sums: i32;
  /** words that it takes in the fullest list memory, and traces that have not finished it */
  words: u16;
  left: u16;
  first: bool;
  last: bool;

  /** A trace's job: cycles, 0 where it has none, pairs, visits and cycles of its last tile, 16 bits each. */
  @inline
  job(trace: i32): u64 {
    return load<u64>(changetype<usize>(this) + offsetof<Entry>() + ((<usize>trace) << 3));
  }

  @inline
  setJob(trace: i32, cycles: i32, pairs: i32, visits: i32, last: i32): void {
    const job = <u64>cycles | ((<u64>pairs) << 16) | ((<u64>visits) << 32) | ((<u64>last) << 48);
    store<u64>(changetype<usize>(this) + offsetof<Entry>() + ((<usize>trace) << 3), job);
  }
}

@unmanaged
export class Column {
  entries: usize;
  team: i32;
  /** of its team */
  member: i32;
  domain: i32;
  firstTrace: i32;
  /** items that have been listed, that every trace has finished, and traces that have finished all that have been listed */
  listed: i32;
  done: i32;
  waiting: i32;
  /** episode of the first item that is not done; the last number of all when there is none */
  episode: i32;
  /** words of the items that are listed and not done; those of the next item, once these were counted in vain */
  held: i32;
  wanting: i32;
  /** whether something has changed that lists may have waited for */
  changed: bool;
  finished: bool;
  /** cycle at which its list port is free */
  listPort: i64;

  @inline
  entry(item: i32): Entry {
    return changetype<Entry>(this.entries + <usize>(item & entryMask) * entryBytes);
  }
}

@unmanaged
export class Trace {
  /** cycle at which it can begin its next job; the last of all while that is not known, or it is served */
  startAt: i64;
  /** cycle from which it has read and looked at what its next job needs, or its next item so that it can pass it */
  ready: i64;
  /** cycle from which it can read its next list, if that has come */
  reads: i64;
  /** cycles at which the last tile of its last job was there to work on, began, and ended */
  flip: i64;
  lastTile: i64;
  lastEnd: i64;
  /** cycle at which the row words of its chunk were asked for, and from which it can look at them */
  activated: i64;
  looks: i64;
  /** cycle at which it finished the item before, from which it can go on, and at which the last of its sums had left */
  finished: i64;
  free: i64;
  left: i64;
  column: Column;
  /** its next job, as far as it is planned; one without cycles takes no MAC */
  entry: Entry;
  next: i32;
  /** episode of its next item; the last number of all when there is none */
  episode: i32;
  /** that serves it, or -1 */
  mac: i32;
  pe: i32;
  /** [team][channel slice] of its sums, and [team][channel slice][position slice] of the sets that are freed */
  slice: i32;
  sets: i32;
  /** in its column, and its PE there */
  place: u16;
  row: u16;
  cycles: u16;
  pairs: u16;
  visits: u16;
  /** cycles of its last tile: all of them where it has one */
  last: u16;
  /** whether it has the row words of its next item's chunk; is in the agenda; begins no job, since its sums are to leave */
  active: bool;
  queued: bool;
  held: bool;
  /** whether `ready` is that of its next item */
  planned: bool;
}

const traceBytes: usize = 136;

@unmanaged
export class Mac {
  /** cycle at which its last job ends, or ended; 0 before the first */
  end: i64;
  /** that it serves, or served last */
  trace: i32;
  pe: i32;
}

let columns: usize = 0;
let traces: usize = 0;
let macs: usize = 0;
let entryBytes: i32 = 0;
let entryMask: i32 = 0;
export let traceCount: i32 = 0;
export let macCount: i32 = 0;
export let peCount: i32 = 0;
/** traces of a column */
export let ofColumn: i32 = 0;

export function columnAt(i: i32): Column {
  return changetype<Column>(columns + <usize>i * offsetof<Column>());
}
export function traceAt(i: i32): Trace {
  return changetype<Trace>(traces + <usize>i * traceBytes);
}
export function macAt(i: i32): Mac {
  return changetype<Mac>(macs + ((<usize>i) << 4));
}

export function startColumns(): void {
  peCount = machine.columns * machine.rows;
  ofColumn = machine.rows * machine.traces;
  traceCount = peCount * machine.traces;
  macCount = peCount * machine.macs;
  columns = allocZeros(<u64>machine.columns * offsetof<Column>());
  if (offsetof<Trace>() > traceBytes || offsetof<Mac>() !== 16) unreachable();
  traces = (allocZeros((<u64>traceCount + 1) * <u64>traceBytes) + 63) & ~63;
  macs = allocZeros(<u64>macCount * offsetof<Mac>());
  entryBytes = (offsetof<Entry>() + ofColumn * 8 + 7) & ~7;
  let entries = 1;
  while (entries < machine.listAhead) entries *= 2;
  entryMask = entries - 1;
  for (let i = 0; i < machine.columns; i++) {
    const column = columnAt(i);
    column.entries = alloc(<u64>entries * entryBytes);
    column.team = i / mapping.teamColumns;
    column.member = i % mapping.teamColumns;
    column.domain = column.team / mapping.teamsPerDomain;
    column.firstTrace = i * ofColumn;
    column.waiting = ofColumn;
    column.changed = true;
  }
  for (let i = 0; i < traceCount; i++) {
    const trace = traceAt(i);
    trace.column = columnAt(i / ofColumn);
    const place = i % ofColumn;
    trace.place = <u16>place;
    trace.row = <u16>(place / machine.traces);
    trace.pe = i / machine.traces;
    trace.slice = trace.column.team * mapping.channelSlices + (place % mapping.channelSlices);
    // one that is not used goes with the last
    const position = min(place / mapping.channelSlices, mapping.positionSlices - 1);
    trace.sets = trace.slice * mapping.positionSlices + position;
    trace.startAt = i64.MAX_VALUE;
    trace.activated = -1;
    trace.mac = -1;
  }
  for (let i = 0; i < macCount; i++) macAt(i).pe = i / machine.macs;
}
