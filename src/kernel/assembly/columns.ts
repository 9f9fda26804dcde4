import { Node } from "./agenda";
import { allocZeros } from "./arena";
import { Fetch } from "./fetch";
import { machine, mapping } from "./layout";

/** What columns, PEs, traces and MACs are at. Traces, MACs and PEs have numbers through all columns. */

/** Its offers stand behind it, of which `offers.ts` knows. */
@unmanaged
export class Pe {
  /** those beside it in the ring */
  left: Pe;
  right: Pe;
  /** a bit for each of its MACs */
  freeMacs: u32;
  firstMac: Mac;
  firstTrace: Trace;
  /** in its column */
  row: i32;
  /** whether it is in the list of choosers */
  chooses: bool;
}

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
  setJob(trace: i32, job: u64): void {
    store<u64>(changetype<usize>(this) + offsetof<Entry>() + ((<usize>trace) << 3), job);
  }
}

/** Bytes of a PE in front of its offers. */
export const peOwnBytes: usize = 32;

@unmanaged
export class Column {
  entries: usize;
  team: i32;
  /** of its team */
  member: i32;
  domain: i32;
  firstTrace: i32;
  /** items that have been listed, that every trace has finished, of which that is known where lists are asked for, and traces that have finished all that have been listed */
  listed: i32;
  done: i32;
  released: i32;
  waiting: i32;
  /** episode of the first item that is not done; the last number of all when there is none */
  episode: i32;
  /** words of the items that are listed and not released; those of the next item, once these were counted in vain */
  held: i32;
  wanting: i32;
  /** whether something has changed that lists may have waited for; whether the next one waits for room */
  changed: bool;
  full: bool;
  finished: bool;
  /** cycle at which its list port is free */
  listPort: i64;

  @inline
  entry(item: i32): Entry {
    return changetype<Entry>(this.entries + <usize>(item & entryMask) * entryBytes);
  }
}

@unmanaged
export class Trace extends Node {
  column: Column;
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
  /** cycle at which it finished the item before, and at which the last of its sums had left */
  finished: i64;
  left: i64;
  /** its next job, as far as it is planned; one without cycles takes no MAC */
  entry: Entry;
  next: i32;
  /** episode of its next item; the last number of all when there is none */
  episode: i32;
  /** of its own, where it has one */
  mac: Mac;
  pe: Pe;
  /** [team][channel slice] of its sums, and [team][channel slice][position slice] of the sets that are freed; -1: it is not used, and has one whenever it needs one */
  slice: i32;
  sets: i32;
  /** in its column */
  place: u16;
  /** of its next job, and of the last tile of that: all of them where it has one */
  cycles: u16;
  last: u16;
  /** whether it took no MAC for the item before: it goes on in the cycle after that in which it passed it */
  passed: bool;
  /** whether it has the row words of its next item's chunk; is in the agenda; begins no job, since its sums are to leave */
  active: bool;
  queued: bool;
  held: bool;
  /** whether `ready` is that of its next item */
  planned: bool;
}

/** Two lines of a cache. */
export const traceShift: usize = 7;

@unmanaged
export class Mac extends Node {
  /** that it serves, or served last */
  trace: Trace;
  /** cycle up to which its time is accounted for: the end of its last job, 0 before the first, or the begin of the one that it does */
  end: i64;
  pe: Pe;
  /** its bit among those of its PE */
  bit: u32;
  /** whether it is in the agenda */
  queued: bool;
}

export const macShift: usize = 5;

let columns: usize = 0;
let traces: usize = 0;
let macs: usize = 0;
let pes: usize = 0;
let peBytes: usize = 0;
let entryBytes: i32 = 0;
let entryMask: i32 = 0;
export let peCount: i32 = 0;
/** traces of a column */
export let ofColumn: i32 = 0;

export function columnAt(i: i32): Column {
  return changetype<Column>(columns + <usize>i * offsetof<Column>());
}
export function traceAt(i: i32): Trace {
  return changetype<Trace>(traces + ((<usize>i) << traceShift));
}
export function macAt(i: i32): Mac {
  return changetype<Mac>(macs + ((<usize>i) << macShift));
}
export function peAt(i: i32): Pe {
  return changetype<Pe>(pes + <usize>i * peBytes);
}

/** Whether a node is a MAC; else it is a trace: these lie in front of MACs. */
export function isMac(node: Node): bool {
  return changetype<usize>(node) >= macs;
}

export function startColumns(): void {
  peCount = machine.columns * machine.rows;
  ofColumn = machine.rows * machine.traces;
  const traceCount = peCount * machine.traces;
  const macCount = peCount * machine.macs;
  columns = allocZeros(<u64>machine.columns * offsetof<Column>());
  if (offsetof<Trace>() > 1 << traceShift || offsetof<Mac>() > 1 << macShift || offsetof<Pe>() > peOwnBytes)
    unreachable();
  traces = (allocZeros((<u64>traceCount + 1) << traceShift) + 63) & ~63;
  macs = allocZeros((<u64>macCount) << macShift);
  peBytes = peOwnBytes + offersBytes();
  pes = allocZeros(<u64>peCount * peBytes);
  entryBytes = (offsetof<Entry>() + ofColumn * 8 + 7) & ~7;
  let entries = 1;
  while (entries < machine.listAhead) entries *= 2;
  entryMask = entries - 1;
  for (let i = 0; i < machine.columns; i++) {
    const column = columnAt(i);
    column.entries = allocZeros(<u64>entries * entryBytes);
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
    trace.pe = peAt(i / machine.traces);
    trace.slice = trace.column.team * mapping.channelSlices + (place % mapping.channelSlices);
    const position = place / mapping.channelSlices;
    trace.sets = position < mapping.positionSlices ? trace.slice * mapping.positionSlices + position : -1;
    trace.startAt = i64.MAX_VALUE;
    trace.activated = -1;
  }
  for (let i = 0; i < macCount; i++) {
    const mac = macAt(i);
    const number = i % machine.macs;
    mac.pe = peAt(i / machine.macs);
    mac.bit = 1 << number;
    if (number >= machine.traces) continue;
    mac.trace = traceAt((i / machine.macs) * machine.traces + number);
    mac.trace.mac = mac;
  }
  for (let i = 0; i < peCount; i++) {
    const pe = peAt(i);
    const row = i % machine.rows;
    pe.row = row;
    pe.left = peAt(row === 0 ? i + machine.rows - 1 : i - 1);
    pe.right = peAt(row === machine.rows - 1 ? i - row : i + 1);
    pe.freeMacs = (1 << machine.macs) - 1;
    pe.firstMac = macAt(i * machine.macs);
    pe.firstTrace = traceAt(i * machine.traces);
  }
}

/** Bytes of a PE's offers: as many as it has traces, and behind them none for as many as it has MACs, and one more. */
export function offersBytes(): usize {
  return (machine.traces + machine.macs + 1) << 3;
}
