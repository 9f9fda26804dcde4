import { emptyBreakdown, type IdleCause } from "../../events.ts";
import { Agenda } from "../agenda.ts";
import { type Choosable, chooseJobs } from "../balancer/job-choice.ts";
import type { ChunkTimes } from "../buffer/chunk-loads.ts";
import type { Fetch } from "../buffer/fetch.ts";
import { roomCycles } from "../buffer/room.ts";
import {
  headCycles,
  helps,
  packedRowWords,
  type SwgParameters,
  tileValues,
  tracesOf,
} from "../parameters.ts";
import type { Item } from "../schedule/items.ts";
import type { Job } from "../valid-data-trace/job.ts";

/** Latency of an fmap memory, in cycles: its words are read one a cycle to make row words of them (assumed, D77). */
export const fmapLatency = 1;

/** An item whose list has been asked for: of column and traces. */
export interface ListedItem {
  readonly item: Item;
  /** [trace] */
  readonly jobs: readonly Job[];
  /** words in front of its lists' bitmaps */
  readonly headers: number;
  /** [trace] row words of its chunk */
  readonly rowWords: readonly number[];
  /** words of the longest of its lists */
  readonly words: number;
  /** how its list came into the global buffer; cycles at which it was asked for since there was room, and was in the PEs */
  readonly fetch: Fetch;
  readonly asked: number;
  readonly inPes: number;
}

/** What a column asks of the array around it. */
export interface Surroundings {
  /** what is known of a PE's chunk of an episode; undefined until it has been asked for */
  chunk(episode: number, pe: number): ChunkTimes | undefined;
  /** cycle at which sums number `sums` of a trace have a set of their own; undefined: not known yet */
  setFree(trace: number, sums: number): number | undefined;
}

/** Who looks on: is told what a MAC does, span by span, in the order of each MAC's time. */
export interface ColumnWatch {
  /** its tiles follow one another from `start` on */
  job(mac: number, trace: number, job: Job, start: number): void;
  waited(mac: number, cause: IdleCause, start: number, end: number): void;
}

interface TraceState {
  /** number of the item that it works on, or will next */
  next: number;
  served: boolean;
  /** cycle at which it finished the item before, and from which it can go on with the next one */
  finished: number;
  free: number;
  /** cycle from which it can begin its next job, or pass its next item, as far as it depends on the trace alone; undefined: not known yet */
  ready: number | undefined;
  /** cycle from which it can read its next list, if that has come, and cycle at which the last tile of its last job was there to work on */
  reads: number;
  flip: number;
  /** cycles at which that tile began, and ended */
  lastTile: number;
  lastEnd: number;
  /** episode whose row words it has; cycle at which they were asked for, and from which it can look at them */
  active: number;
  activated: number;
  looks: number;
  /** begins no job, since its sums are to leave */
  held: boolean;
  /** cycle at which the last of them had left */
  left: number;
}

interface MacState {
  readonly at: number;
  /** served now */
  trace: number | undefined;
  end: number;
  /** cycle up to which its time is accounted for */
  accounted: number;
  began: boolean;
}

/** One column: its traces, its MACs, and what each of their cycles went to. */
export class Column {
  readonly breakdown = emptyBreakdown();
  /** pairs multiplied by another PE's MAC, and visits of their sums there */
  moved = 0;
  movedVisits = 0;
  /** row words that were made of chunks */
  activated = 0;
  /** items that every trace has finished, and by how many traces items were finished in all */
  done = 0;
  finished = 0;
  /** items of which what asks for lists knows that every trace has finished them; words that the others take at most in a position slice's share of a list memory, or will */
  released = 0;
  heldWords = 0;
  /** cycles at which something may happen here: at others nothing does */
  private readonly agenda = new Agenda();
  private readonly traces: TraceState[];
  private readonly macs: MacState[];
  /** [item] those before `done` are forgotten */
  private readonly listed: (ListedItem | undefined)[] = [];
  /** of the items that are done and not yet known to be */
  private readonly leaving: { readonly words: number; readonly known: number }[] = [];
  /** [item] traces that have not finished it */
  private readonly unfinished: number[] = [];
  private readonly parameters: SwgParameters;
  private readonly around: Surroundings;
  private readonly onWake: (cycle: number) => void;
  private readonly watch: ColumnWatch | undefined;

  /** `onWake` is told of cycles at which something may happen. */
  constructor(
    parameters: SwgParameters,
    around: Surroundings,
    onWake: (cycle: number) => void,
    watch?: ColumnWatch,
  ) {
    this.watch = watch;
    this.parameters = parameters;
    this.around = around;
    this.onWake = onWake;
    this.traces = Array.from({ length: tracesOf(parameters) }, () => ({
      next: 0,
      served: false,
      finished: 0,
      free: 0,
      ready: undefined,
      reads: 0,
      flip: 0,
      lastTile: 0,
      lastEnd: 0,
      active: -1,
      activated: -1,
      looks: 0,
      held: false,
      left: 0,
    }));
    this.macs = Array.from({ length: parameters.rows * parameters.macs }, (_, at) => ({
      at,
      trace: undefined,
      end: 0,
      accounted: 0,
      began: false,
    }));
  }

  /** Number of the item that a trace works on, or will next. */
  nextOf(trace: number): number {
    return this.traces[trace].next;
  }

  get listedCount(): number {
    return this.listed.length;
  }

  /** Something may happen here at `cycle`. */
  wake(cycle: number): void {
    this.agenda.at(cycle);
    this.onWake(cycle);
  }

  list(item: ListedItem): void {
    this.listed.push(item);
    this.unfinished.push(this.traces.length);
    this.heldWords += item.words;
    this.wake(item.inPes);
  }

  /**
   * Passes items in which a trace has nothing to do, and ends the jobs that end at `now` (assumed, D79). A trace whose job ends passes the next
   * item in the cycle after.
   */
  finishJobs(now: number): void {
    if (!this.agenda.isDue(now)) return;
    for (const [at, trace] of this.traces.entries())
      if (!trace.served && this.canBegin(at, now) && this.jobOf(at).cycles === 0) {
        this.finish(at, now);
        trace.free = now + 1;
      }
    for (const mac of this.macs)
      if (mac.trace !== undefined && mac.end === now) {
        this.finish(mac.trace, now);
        mac.trace = undefined;
      }
  }

  private finish(at: number, now: number): void {
    const trace = this.traces[at];
    trace.ready = undefined;
    this.wake(now + 1);
    trace.served = false;
    trace.finished = now;
    this.unfinished[trace.next++]--;
    this.finished++;
    while (this.unfinished[this.done] === 0) {
      const known = now + roomCycles;
      this.leaving.push({ words: this.listed[this.done]!.words, known });
      this.onWake(known);
      this.listed[this.done++] = undefined;
    }
  }

  /** Counts the items of which it has come to be known that they are done. */
  releaseLists(now: number): void {
    while (this.leaving.length > 0 && this.leaving[0].known <= now) {
      this.heldWords -= this.leaving.shift()!.words;
      this.released++;
    }
  }

  private jobOf(trace: number): Job {
    return this.listed[this.traces[trace].next]!.jobs[trace];
  }

  /** Whether a trace that is not served can begin its next item. */
  private canBegin(at: number, now: number): boolean {
    const trace = this.traces[at];
    const listed = this.listed[trace.next];
    if (!listed || listed.inPes > now) return false;
    if (trace.ready === undefined && !this.plan(at, listed)) return false;
    if (trace.held || Math.max(trace.ready!, trace.left, trace.free) > now) return false;
    const { item } = listed;
    if (!item.first) return true;
    const free = this.around.setFree(at, item.sums);
    return free !== undefined && free <= now;
  }

  /** Works out when a trace has read and looked at what it needs for its next item; false as long as its chunk has not been asked for. */
  private plan(at: number, { item, jobs, headers, inPes, rowWords }: ListedItem): boolean {
    const trace = this.traces[at];
    const p = this.parameters;
    // lists are read for one episode ahead, once their chunk has come
    let reads = Math.max(trace.reads, inPes);
    if (trace.active !== item.episode) {
      const chunk = this.around.chunk(item.episode, Math.floor(at / p.traces));
      if (!chunk) return false;
      reads = Math.max(reads, trace.activated + 1, chunk.there);
      this.activate(trace, Math.max(trace.finished, chunk.there, inPes), rowWords[at]);
      trace.active = item.episode;
    }
    const isJob = jobs[at].cycles > 0;
    const read = reads + headCycles(isJob ? headers + 1 : Math.max(1, headers), p);
    if (isJob) {
      const loaded = Math.max(read, trace.flip) + 1;
      trace.reads = loaded;
      trace.ready = Math.max(trace.lastEnd, Math.max(loaded, trace.lastTile, trace.looks) + tileValues(p));
    } else {
      trace.reads = read;
      trace.ready = Math.max(read, trace.finished, trace.looks) + 1;
    }
    this.wake(trace.ready);
    return true;
  }

  /** Asks for the row words of a trace's next chunk at `now`: two of them a cycle. */
  private activate(trace: TraceState, now: number, rowWords: number): void {
    this.activated += rowWords;
    const words = Math.ceil(rowWords / packedRowWords(this.parameters));
    trace.activated = now;
    trace.looks = now + words + fmapLatency;
  }

  /** The balancer's choice at `now`. */
  beginJobs(now: number): void {
    if (!this.agenda.isDue(now)) return;
    this.agenda.after(now);
    const { macs, traces } = this.parameters;
    const ready = this.traces.map((trace, at) => {
      if (trace.served || !this.canBegin(at, now)) return undefined;
      if (this.jobOf(at).cycles > 0) return trace.next;
      // it has nothing to do in this item, and passes it when jobs end next
      this.wake(now + 1);
      return undefined;
    });
    const column: Choosable = {
      pes: this.parameters.rows,
      macs,
      traces,
      help: helps(this.parameters),
      next: (trace) => ready[trace],
      free: (mac) => this.macs[mac].trace === undefined,
    };
    const any =
      ready.some((next) => next !== undefined) && this.macs.some(({ trace }) => trace === undefined);
    const begun = any ? chooseJobs(column) : [];
    for (const { mac, trace } of begun) {
      this.begin(mac, trace, now);
      if (Math.floor(mac / macs) === Math.floor(trace / traces)) continue;
      const { pairs, visits } = this.jobOf(trace);
      this.moved += pairs;
      this.movedVisits += visits;
    }
    const left = ready.filter((next) => next !== undefined).length - begun.length;
    if (left > 0 && this.macs.some(({ trace }) => trace === undefined)) this.wake(now + 1);
  }

  private begin(at: number, trace: number, now: number): void {
    const mac = this.macs[at];
    const job = this.jobOf(trace);
    const { cycles, pairs } = job;
    this.accountWait(mac, trace, now);
    this.watch?.job(at, trace, job, now);
    mac.trace = trace;
    mac.end = now + cycles;
    mac.accounted = mac.end;
    mac.began = true;
    this.breakdown.busy += pairs;
    this.breakdown.validDataTrace += cycles - pairs;
    const state = this.traces[trace];
    state.served = true;
    state.lastEnd = mac.end;
    state.lastTile = mac.end - job.tiles[job.tiles.length - 1].cycles;
    // a job of one tile is there to work on before it begins
    state.flip = (job.tiles.length === 1 ? state.ready! : state.lastTile) - 1;
    this.wake(mac.end);
  }

  /** A trace whose sums are to leave begins no new job. Returns the cycle at which its last job ends, or has ended. */
  hold(at: number): number {
    const trace = this.traces[at];
    trace.held = true;
    return trace.lastEnd;
  }

  /** Its sums are read until `end`; then it goes on. */
  release(at: number, end: number): void {
    const trace = this.traces[at];
    trace.held = false;
    trace.left = end;
    this.wake(end);
  }

  /** Gives the cycles in which a MAC waited their causes, in the order in which what its next job needs came true (assumed, D17). */
  private accountWait(mac: MacState, at: number, now: number): void {
    if (!mac.began) {
      this.account(mac, "fillDrain", now);
      return;
    }
    const { item, fetch, asked, inPes } = this.listed[this.traces[at].next]!;
    const chunk = this.around.chunk(item.episode, Math.floor(at / this.parameters.traces))!;
    const setFree = item.first ? this.around.setFree(at, item.sums)! : 0;
    const left = Math.max(setFree, this.traces[at].left);
    this.account(mac, "betweenColumns", Math.min(now, chunk.free));
    this.accountFetch(mac, chunk.fetch, now);
    this.account(mac, "betweenColumns", Math.min(now, chunk.asked));
    this.account(mac, "fmapLoad", Math.min(now, chunk.there));
    this.accountFetch(mac, fetch, now);
    this.account(mac, "columnImbalance", Math.min(now, asked));
    this.account(mac, "emapLoad", Math.min(now, inPes));
    this.account(mac, "writeBack", Math.min(now, left));
    this.account(mac, "columnImbalance", now);
  }

  /** What fills the global buffer leaves it when every column has taken it. */
  private accountFetch(mac: MacState, { busy, room, inBuffer }: Fetch, now: number): void {
    this.account(mac, "dram", Math.min(now, busy));
    this.account(mac, "betweenColumns", Math.min(now, room));
    this.account(mac, "dram", Math.min(now, inBuffer));
  }

  private account(mac: MacState, cause: IdleCause, cycle: number): void {
    if (cycle <= mac.accounted) return;
    this.breakdown[cause] += cycle - mac.accounted;
    this.watch?.waited(mac.at, cause, mac.accounted, cycle);
    mac.accounted = cycle;
  }

  /** Cycle at which the last job ended. */
  get end(): number {
    return Math.max(...this.macs.map(({ end }) => end));
  }

  /** Accounts for all that is left: until the column's last job, those of all columns, and the layer's end. */
  finishLayer(finished: number, cycles: number): void {
    const own = this.end;
    for (const mac of this.macs) {
      this.account(mac, own > 0 ? "columnImbalance" : "mapping", own);
      this.account(mac, own > 0 ? "betweenColumns" : "mapping", finished);
      this.account(mac, "fillDrain", cycles);
    }
  }
}
