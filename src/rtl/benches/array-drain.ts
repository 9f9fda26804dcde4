import type { Mapping } from "../../hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../../hardware/parameters.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import type { ArrayInputs } from "./array-column.ts";
import type { ArrayRecord } from "./array-record.ts";
import { slotCount } from "./column-work.ts";
import { bf16Of } from "./drain-feed.ts";
import type { MappedColumn } from "./layer-work.ts";

/** Cycles from when sums may be sent to when the first of them leaves, beside those of a team's adders. */
const sendLatency = 2;
const couplesOfTrace = slotCount / 2;

const { add } = arithmetic.bf16;

/** Sums of a channel slice whose mask has come, and that have not been sent. */
interface Finished {
  readonly slice: number;
  readonly sums: number;
  readonly mask: number;
}

/** Two gradients that leave: their codes, whether they are wanted, and their elements. */
export interface LeavingCouple {
  /** column and way, as one number */
  readonly way: number;
  readonly valid: number;
  readonly codes: readonly number[];
  readonly elements: readonly (number | undefined)[];
}

/**
 * What an array's ways are answered: masks of sums and the write queue's time, when the cycle model has them; and what the array must ask for them and send. Which sums leave is
 * the array's own matter.
 */
export class ArrayDrain {
  /** by cycle */
  readonly leaves = new Map<number, LeavingCouple[]>();
  private readonly columns: readonly MappedColumn[];
  private readonly mapping: Mapping;
  private readonly p: SwgParameters;
  private readonly record: ArrayRecord;
  /** [team][way] masks that were asked for, that came, and sums that were sent */
  private readonly asked: number[][];
  private readonly came: number[][];
  private readonly sent: number[][];
  /** [team][slice] number of its next sums */
  private readonly sums: number[][];
  /** [team][way] in order */
  private readonly finished: Finished[][][];

  constructor(columns: readonly MappedColumn[], mapping: Mapping, p: SwgParameters, record: ArrayRecord) {
    this.columns = columns;
    this.mapping = mapping;
    this.p = p;
    this.record = record;
    const zeros = () => record.masks.map((own) => own.map(() => 0));
    this.asked = zeros();
    this.came = zeros();
    this.sent = zeros();
    this.sums = record.masks.map(() => new Array<number>(mapping.channelSlices).fill(0));
    this.finished = record.masks.map((ways) => ways.map(() => []));
  }

  /** Whether all that the model sends has left. */
  get done(): boolean {
    const sent = (ways: readonly (readonly unknown[])[], team: number) =>
      ways.every(({ length }, way) => this.sent[team][way] === length);
    return this.leaves.size === 0 && this.record.sends.every(sent);
  }

  /** Answers the ways in a cycle. */
  answer(now: number, inputs: ArrayInputs): void {
    for (const [team, ways] of this.record.masks.entries())
      for (const [way, masks] of ways.entries()) {
        const at = this.numberOf(team, way);
        const mask = masks.at(this.came[team][way]);
        if (mask?.there === now) {
          this.came[team][way]++;
          inputs.mask_valid.set(at, 1);
          inputs.mask.set(at, this.maskThere(team, way, mask.slice));
        }
        if (this.sends(team, way)?.start !== now + 1) continue;
        inputs.send_ready.set(at, 1);
        this.send(team, way, now + 1);
        this.sent[team][way]++;
      }
  }

  /** [way of the array] what it must say in a cycle, before its answer: the slice whose mask it asks for, if any, and whether it has sums to send. */
  expected(now: number): { readonly slice: number | undefined; readonly sends: boolean }[] {
    const { columns, drainLanes } = this.p;
    const says = Array.from({ length: columns * drainLanes }, () => ({
      slice: undefined as number | undefined,
      sends: false,
    }));
    for (const [team, ways] of this.record.masks.entries())
      for (const [way, masks] of ways.entries()) {
        const own = says[this.numberOf(team, way)];
        const mask = masks.at(this.asked[team][way]);
        if (mask?.asked === now) {
          this.asked[team][way]++;
          own.slice = mask.slice;
        }
        const next = this.sends(team, way);
        own.sends = next !== undefined && next.ready <= now + 1;
      }
    return says;
  }

  private sends(team: number, way: number) {
    return this.record.sends[team][way].at(this.sent[team][way]);
  }

  private membersOf(team: number): number[] {
    const { teamColumns } = this.mapping;
    return Array.from({ length: teamColumns }, (_, member) => team * teamColumns + member);
  }

  /** Of a team's way, which is that of its last column. */
  private numberOf(team: number, way: number): number {
    return ((team + 1) * this.mapping.teamColumns - 1) * this.p.drainLanes + way;
  }

  private maskThere(team: number, way: number, slice: number): number {
    const sums = this.sums[team][slice]++;
    const mask = this.maskOf(team, slice, sums);
    if (mask !== 0) this.finished[team][way].push({ slice, sums, mask });
    return mask;
  }

  /** A column of a team that never had a chunk knows of no mask. */
  private maskOf(team: number, slice: number, sums: number): number {
    return this.membersOf(team).reduce(
      (any, column) => any | (this.columns[column].wanted[slice][sums] ?? 0),
      0,
    );
  }

  /** Notes what leaves when sums are sent from a cycle on. */
  private send(team: number, way: number, start: number): void {
    const { slice, sums, mask } = this.finished[team][way].shift()!;
    const members = this.membersOf(team);
    const totals = this.totalsOf(members, slice, sums);
    const elements = this.columns[members[0]].elements[slice][sums];
    let cycle = start + sendLatency + Math.log2(members.length);
    for (let low = 0; low < slotCount; low += slotCount / couplesOfTrace) {
      const valid = (mask >> low) & 3;
      if (valid === 0) continue;
      const couple = {
        way: this.numberOf(team, way),
        valid,
        codes: [totals[low], totals[low + 1]].map(bf16Of),
        elements: [elements[low], elements[low + 1]],
      };
      this.leaves.set(cycle, [...(this.leaves.get(cycle) ?? []), couple]);
      cycle++;
    }
  }

  /** Columns are added up two by two, then one position slice after the other. */
  private totalsOf(members: readonly number[], slice: number, sums: number): number[] {
    const { channelSlices, positionSlices } = this.mapping;
    return Array.from({ length: slotCount }, (_, slot) => {
      let total = 0;
      for (let step = 0; step < positionSlices; step++) {
        const own = members.map(
          (column) => this.columns[column].sums[step * channelSlices + slice].at(sums)?.[slot] ?? 0,
        );
        const ofTeam = inPairs(own);
        total = step === 0 ? ofTeam : add(ofTeam, total);
      }
      return total;
    });
  }
}

function inPairs(values: readonly number[]): number {
  if (values.length === 1) return values[0];
  const half = values.length / 2;
  return add(inPairs(values.slice(0, half)), inPairs(values.slice(half)));
}
