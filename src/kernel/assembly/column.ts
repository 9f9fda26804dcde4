import { allocZeros } from "./arena";
import { Cause, causeCount, machine, mapping } from "./layout";
import { Port } from "./port";

/** What the rounds of an episode wait for, whatever the column. */
@unmanaged
export class EpisodeNeeds {
  slackCycle: i64;
  chunkFreeCycle: i64;
  fmapInBufferCycle: i64;
  fmapLoadedCycle: i64;
}

/** What a round costs a column. */
@unmanaged
export class RoundWork {
  countingCycles: i64;
  cycles: i64;
  pairs: i64;
  emptyPes: i64;
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

  /** Counts and multiplies the round that was fetched last; `drained`: when it has its accumulators. */
  work(needs: EpisodeNeeds, emapInBuffer: i64, drained: i64, work: RoundWork): void {
    this.counted = max(max(this.counted, this.fetched), needs.fmapLoadedCycle) + work.countingCycles;
    const start = max(max(this.end, this.counted), max(needs.slackCycle, drained));
    if (!this.started) {
      this.started = true;
      this.idle(Cause.fillDrain, start);
    } else if (start > this.end) this.wait(needs, emapInBuffer, start);
    this.end = start + work.cycles;
    this.oldest = this.older;
    this.older = this.latest;
    this.latest = this.end;
    const idle = work.cycles * machine.rows - work.pairs;
    const empty = min(idle, work.cycles * work.emptyPes);
    this.book(Cause.busy, work.pairs);
    this.book(Cause.mapping, empty);
    this.book(Cause.columnImbalance, idle - empty);
  }

  /** Books the wait until the round starts on what it waited for, cut where each came true. */
  private wait(needs: EpisodeNeeds, emapInBuffer: i64, start: i64): void {
    this.idle(Cause.betweenColumns, min(start, max(needs.slackCycle, needs.chunkFreeCycle)));
    this.idle(Cause.dram, min(start, needs.fmapInBufferCycle));
    this.idle(Cause.fmapLoad, min(start, needs.fmapLoadedCycle));
    this.idle(Cause.dram, min(start, emapInBuffer));
    this.idle(Cause.emapLoad, min(start, this.fetched));
    this.idle(Cause.validDataTrace, min(start, this.counted));
    this.idle(Cause.writeBack, start);
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
