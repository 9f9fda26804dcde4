import type { SwgParameters } from "../../hardware/parameters.ts";
import type { Circuit } from "../circuit.ts";
import type { ArrayInputs } from "./array-column.ts";
import type { ArrayRecord } from "./array-record.ts";
import { fieldOf } from "./port-fields.ts";
import { ColumnDifference } from "./subject.ts";

/** When something was found in the global buffer, and when it was asked for. */
interface Asked {
  readonly found: number;
  readonly asked: number;
}

/** Says what is in the global buffer when the cycle model's array finds it there, and compares what the array asks for, chunks and lists, in each cycle. */
export class ArrayRequests {
  private readonly record: ArrayRecord;
  /** [row] chunks, and [column] lists, that were asked for */
  private readonly chunks: number[];
  private readonly lists: number[];

  constructor(record: ArrayRecord, p: SwgParameters) {
    this.record = record;
    this.chunks = new Array<number>(p.rows).fill(0);
    this.lists = new Array<number>(p.columns).fill(0);
  }

  /** What there is in a cycle. */
  offer(now: number, inputs: ArrayInputs): void {
    for (const [row, at] of this.chunks.entries())
      inputs.chunk_there.set(row, isThere(this.record.chunks[row].at(at), now));
    for (const [column, at] of this.lists.entries()) {
      const list = this.record.lists[column].at(at);
      if (!isThere(list, now)) continue;
      inputs.list_there.set(column, 1);
      inputs.there_words.set(column, list!.words);
    }
  }

  /** What is asked for in the cycle. */
  compare(now: number, circuit: Circuit): void {
    compareAsked(now, circuit, "chunk_ask", this.record.chunks, this.chunks);
    compareAsked(now, circuit, "list_ask", this.record.lists, this.lists);
  }
}

const isThere = (times: Asked | undefined, now: number): boolean => times !== undefined && times.found <= now;

/** `next`: which of each is asked for next. */
function compareAsked(
  now: number,
  circuit: Circuit,
  port: string,
  record: readonly (readonly Asked[])[],
  next: number[],
): void {
  const { words } = circuit.port(port);
  for (const [at, number] of next.entries()) {
    const must = Number(record[at].at(number)?.asked === now);
    const is = fieldOf(words, at, 1);
    if (is !== must) throw new ColumnDifference(`cycle ${now}: ${port} ${at} must be ${must}, is ${is}`);
    next[at] += must;
  }
}
