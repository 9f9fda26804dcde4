import { allocZeros } from "./arena";
import { Cause, causeCount, machine, mapping } from "./layout";
import { Port } from "./port";

/** What the rounds of an episode wait for, whatever the column. */
export let slackCycle: i64 = 0;
export let chunkFreeCycle: i64 = 0;
export let fmapInBufferCycle: i64 = 0;
export let fmapLoadedCycle: i64 = 0;

export function setNeeds(slack: i64, chunkFree: i64, fmapInBuffer: i64, fmapLoaded: i64): void {
  slackCycle = slack;
  chunkFreeCycle = chunkFree;
  fmapInBufferCycle = fmapInBuffer;
  fmapLoadedCycle = fmapLoaded;
}

/** A column: when it was done with what, and where its PE-cycles went. */
@unmanaged
export class Column {
  /** whose k's it works on, with which domain's channels, and from which position slice of the team on */
  team: i32;
  domain: i32;
  placeInTeam: i32;
  firstSlice: i32;
  end: i64;
  /** cycle at which the last emap round had arrived, and was counted */
  fetched: i64;
  counted: i64;
  started: bool;
  /** ends of the last three rounds, oldest first: places in the emap buffer */
  oldest: i64;
  older: i64;
  latest: i64;
  private breakdown: usize;

  booked(cause: i32): i64 {
    return load<i64>(this.breakdown + cause * 8);
  }

  private book(cause: i32, peCycles: i64): void {
    const at = this.breakdown + cause * 8;
    store<i64>(at, load<i64>(at) + peCycles);
  }

  /** Nothing that it asks its port for is ready before this cycle from now on. */
  earliest(): i64 {
    return max(this.fetched, this.oldest);
  }

  fetch(port: Port, emapInBuffer: i64, bytes: i64): void {
    this.fetched = port.transfer(max(this.earliest(), emapInBuffer), bytes, machine.columnEmapBytes);
  }

  /** Counts and multiplies the round that was fetched last. */
  work(emapInBuffer: i64, drained: i64, counting: i64, cycles: i64, pairs: i64, emptyPes: i64): void {
    this.counted = max(max(this.counted, this.fetched), fmapLoadedCycle) + counting;
    const start = max(max(this.end, this.counted), max(slackCycle, drained));
    if (this.started && start > this.end) {
      this.idle(Cause.betweenColumns, min(start, max(slackCycle, chunkFreeCycle)));
      this.idle(Cause.dram, min(start, fmapInBufferCycle));
      this.idle(Cause.fmapLoad, min(start, fmapLoadedCycle));
      this.idle(Cause.dram, min(start, emapInBuffer));
      this.idle(Cause.emapLoad, min(start, this.fetched));
      this.idle(Cause.validDataTrace, min(start, this.counted));
      this.idle(Cause.writeBack, start);
    } else if (!this.started) {
      this.started = true;
      this.idle(Cause.fillDrain, start);
    }
    this.end = start + cycles;
    this.oldest = this.older;
    this.older = this.latest;
    this.latest = this.end;
    const idle = cycles * machine.rows - pairs;
    const empty = min(idle, cycles * emptyPes);
    this.book(Cause.busy, pairs);
    this.book(Cause.mapping, empty);
    this.book(Cause.columnImbalance, idle - empty);
  }

  /** Books every PE as idle from the end of what was booked before until `cycle`. */
  idle(cause: i32, cycle: i64): void {
    if (cycle <= this.end) return;
    this.book(cause, (cycle - this.end) * machine.rows);
    this.end = cycle;
  }
}

let columns: usize = 0;

export function startColumns(): void {
  columns = allocZeros(<u64>machine.columns * offsetof<Column>());
  for (let i = 0; i < machine.columns; i++) {
    const column = columnAt(i);
    column.team = i / mapping.teamColumns;
    column.domain = column.team / mapping.teamsPerDomain;
    column.placeInTeam = i % mapping.teamColumns;
    column.firstSlice = column.placeInTeam * mapping.positionSlices;
    store<usize>(columns + i * offsetof<Column>(), allocZeros(causeCount * 8), offsetof<Column>("breakdown"));
  }
}

export function columnAt(i: i32): Column {
  return changetype<Column>(columns + i * offsetof<Column>());
}
