import { type IdleCause, idleCauses } from "../../events.ts";
import { InputError } from "../../input-error.ts";
import type { Occupancy } from "../../trace/occupancy.ts";
import { simulateLayer } from "../array/controller.ts";
import type { ColumnWatch } from "../column/column.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import type { Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import type { MacState } from "./timeline.ts";

/** What every MAC of the array did in every cycle of a layer. A MAC's spans follow one another without a gap. */
export interface ArrayTimeline {
  readonly columns: number;
  readonly pes: number;
  /** MACs of a PE */
  readonly macs: number;
  readonly cycles: number;
  /** [column x MAC of the column] */
  readonly spans: readonly MacSpans[];
}

/** What one MAC did: span i is from `ends[i - 1]`, or 0, to `ends[i]`, not included. */
export interface MacSpans {
  readonly ends: Uint32Array<ArrayBuffer>;
  /** [span] `stateOf` says what */
  readonly states: Uint16Array<ArrayBuffer>;
}

const causes = Object.keys(idleCauses) as IdleCause[];

/** The PE of the column that a MAC multiplied for, or why it was idle. */
export const stateOf = (code: number): MacState =>
  code < causes.length ? causes[code] : code - causes.length;

const codeOf = (state: MacState): number =>
  typeof state === "number" ? causes.length + state : causes.indexOf(state);

/** Spans of the whole array at most: some hundred MB. */
const mostSpans = 30_000_000;

/** As `columnTimeline`, of all columns, in one run of the cycle model. Throws `InputError` for a layer of more spans than are kept. */
export function arrayTimeline(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  mapping: Mapping,
  parameters: SwgParameters,
): ArrayTimeline {
  const { columns, rows, macs, traces } = parameters;
  const perColumn = rows * macs;
  const recorders = Array.from({ length: columns * perColumn }, () => new Recorder());
  let spans = 0;
  const watchOf = (column: number): ColumnWatch => {
    const own = recorders.slice(column * perColumn, (column + 1) * perColumn);
    const keep = (mac: number, state: MacState, start: number, end: number) => {
      if (end > start && own[mac].add(codeOf(state), end) && ++spans > mostSpans)
        throw new InputError(
          `layer ${statistics.layer.name}: a timeline may have at most ${mostSpans} spans, has more`,
        );
    };
    return {
      waited: keep,
      job(mac, trace, { tiles }, start) {
        const pe = Math.floor(trace / traces);
        let cycle = start;
        for (const { pairs, cycles } of tiles) {
          keep(mac, pe, cycle, cycle + pairs);
          keep(mac, "validDataTrace", cycle + pairs, cycle + cycles);
          cycle += cycles;
        }
      },
    };
  };
  const { cycles } = simulateLayer(occupancy, statistics, mapping, parameters, { watchOf });
  return { columns, pes: rows, macs, cycles, spans: recorders.map((recorder) => recorder.spans) };
}

/** Spans in the order in which they come, in arrays that grow. */
class Recorder {
  #ends = new Uint32Array(64);
  #states = new Uint16Array(64);
  #length = 0;

  /** Whether it is a span of its own: one of the same state makes the last one longer. */
  add(code: number, end: number): boolean {
    const isLonger = this.#length > 0 && this.#states[this.#length - 1] === code;
    if (!isLonger && this.#length === this.#ends.length) this.#grow();
    const at = isLonger ? this.#length - 1 : this.#length++;
    this.#ends[at] = end;
    this.#states[at] = code;
    return !isLonger;
  }

  get spans(): MacSpans {
    return { ends: this.#ends.slice(0, this.#length), states: this.#states.slice(0, this.#length) };
  }

  #grow(): void {
    const [ends, states] = [this.#ends, this.#states];
    this.#ends = new Uint32Array(2 * ends.length);
    this.#states = new Uint16Array(2 * states.length);
    this.#ends.set(ends);
    this.#states.set(states);
  }
}
