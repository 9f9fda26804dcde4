import { Column } from "../../hardware/column/column.ts";
import { swgParameters } from "../../hardware/parameters.ts";
import { withValues } from "../../parameter.ts";
import type { Random } from "../../random.ts";
import type { Circuit } from "../circuit.ts";
import { ChunkFeed } from "./chunk-feed.ts";
import { type ColumnWork, tracesOfPe } from "./column-work.ts";
import { DrainFeed } from "./drain-feed.ts";
import { ListFeed } from "./list-feed.ts";
import { PortBits } from "./port-bits.ts";

const none = { busy: 0, room: 0, inBuffer: 0 };
const mostCycles = 200_000;

/** A circuit of `column` beside the cycle model's, with the same work at the same times. */
export class ColumnBench {
  private readonly column: Column;
  private readonly circuit: Circuit;
  private readonly work: ColumnWork;
  private readonly chunks: ChunkFeed;
  private readonly lists: ListFeed;
  private readonly drain: DrainFeed;
  /** [trace] cycles from and to which it is served */
  private readonly served: { start: number; end: number }[];
  private now = 0;

  constructor(circuit: Circuit, work: ColumnWork, random: Random) {
    this.circuit = circuit;
    this.work = work;
    this.chunks = new ChunkFeed(circuit, work, random);
    this.lists = new ListFeed(circuit, work, random);
    this.drain = new DrainFeed(circuit, work, random);
    const { rows, help } = work.layer;
    this.served = Array.from({ length: rows * tracesOfPe }, () => ({ start: 0, end: 0 }));
    const parameters = withValues("swg", swgParameters, { columns: 1, rows, intraColumn: help });
    const around = {
      chunk: (episode: number, row: number) => {
        const there = this.chunks.there(row, episode);
        return there === undefined ? undefined : { free: 0, fetch: none, asked: 0, there };
      },
      setFree: (trace: number, sums: number) => this.drain.setFree(trace, sums),
    };
    this.column = new Column(parameters, around, () => undefined, {
      job: (_mac, trace, { cycles }, start) => {
        this.served[trace] = { start, end: start + cycles };
      },
      waited: () => undefined,
    });
  }

  /** All of the work. Returns its cycles; throws at the first one in which circuit and model differ. */
  run(): number {
    this.reset();
    while (this.column.done < this.work.items.length || !this.drain.done) {
      if (this.now > mostCycles) throw new Error(`the work must end within ${mostCycles} cycles, does not`);
      this.cycle();
    }
    return this.now;
  }

  private reset(): void {
    const { circuit } = this;
    const { help, headers, sharesLog, share, sets } = this.work.layer;
    circuit.powerOn();
    circuit.set("reset", 1);
    circuit.settle();
    circuit.tick();
    circuit.set("reset", 0);
    circuit.set("help", help);
    circuit.set("headers", headers);
    circuit.set("shares_log", sharesLog);
    circuit.set("sets", sets);
    const shares = new PortBits(["share"]);
    for (const [i, own] of share.flat().entries()) shares.set("share", i, 2, own);
    shares.apply(circuit);
  }

  private cycle(): void {
    const { column, circuit, now } = this;
    this.drain.hold(now, column);
    column.finishJobs(now);
    this.chunks.cycle(now, column);
    this.lists.cycle(now, column);
    this.drain.cycle(now, column);
    column.beginJobs(now);
    circuit.settle();
    this.compare();
    this.drain.check();
    circuit.tick();
    this.now++;
  }

  private compare(): void {
    const { circuit, column, now } = this;
    const [run, next] = [circuit.get("run"), circuit.get("next")];
    for (const [trace, { start, end }] of this.served.entries()) {
      const runs = start <= now && now < end;
      const found = [Number((run >> BigInt(trace)) & 1n), Number((next >> BigInt(4 * trace)) & 15n)];
      // a list that is worked on since a cycle is no more the next one
      const must = [Number(runs), (column.nextOf(trace) + Number(runs && start < now)) % 16];
      if (found.join() !== must.join())
        throw new Error(`cycle ${now}: served and next list of trace ${trace} must be ${must}, are ${found}`);
    }
  }
}
