import type { Mapping } from "../../hardware/dataflow/mapping.ts";
import { type SwgParameters, tracesOf } from "../../hardware/parameters.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import type { ArrayInputs } from "./array-column.ts";
import type { ArrayRecord } from "./array-record.ts";
import { slotCount } from "./column-work.ts";
import { bf16Of } from "./drain-feed.ts";
import type { MappedColumn } from "./layer-work.ts";

/** Cycles from when sums may be sent to when the first of them leaves, beside those of a team's adders. */
const sendLatency = 2;
/** A set that is free from a cycle on is told of so many cycles before. */
const freedAhead = 2;
const couplesOfTrace = slotCount / 2;

const { add } = arithmetic.bf16;

/** Sums of a channel slice that are in a way's buffer. */
interface Read {
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

/** Tells an array of columns when which sums leave, as the cycle model has them leave, and says what must come out. */
export class ArrayDrain {
  /** by cycle */
  readonly leaves = new Map<number, LeavingCouple[]>();
  private readonly columns: readonly MappedColumn[];
  private readonly mapping: Mapping;
  private readonly p: SwgParameters;
  private readonly record: ArrayRecord;
  private readonly sets: number;
  /** [team][trace] reads that have begun, those whose trace goes on again, and the number of the next sums */
  private readonly begun: number[][];
  private readonly ended: number[][];
  private readonly sums: number[][];
  /** [column][trace] sets that were told of */
  private readonly told: number[][];
  /** [team][way] what has been read and not been sent, and how often it has sent */
  private readonly full: Read[][][];
  private readonly sent: number[][];

  constructor(columns: readonly MappedColumn[], mapping: Mapping, p: SwgParameters, record: ArrayRecord) {
    this.columns = columns;
    this.mapping = mapping;
    this.p = p;
    this.record = record;
    this.sets = columns[0].columnLayer().sets;
    const zeros = (of: readonly (readonly unknown[])[]) => of.map((own) => own.map(() => 0));
    this.begun = zeros(record.reads);
    this.ended = zeros(record.reads);
    this.sums = zeros(record.reads);
    this.told = zeros(record.freed);
    this.full = record.sends.map((ways) => ways.map(() => []));
    this.sent = zeros(record.sends);
  }

  /** Whether all that the model sends has left. */
  get done(): boolean {
    const sent = (ways: readonly (readonly number[])[], team: number) =>
      ways.every(({ length }, way) => this.sent[team][way] === length);
    return this.leaves.size === 0 && this.record.sends.every(sent);
  }

  cycle(now: number, inputs: ArrayInputs): void {
    const { reads, sends, freed } = this.record;
    for (const [team, ofTeam] of reads.entries())
      for (const trace of ofTeam.keys()) this.readTrace(team, trace, now, inputs);
    for (const [team, ways] of sends.entries())
      for (const [way, starts] of ways.entries())
        if (starts.at(this.sent[team][way]) === now) {
          this.sent[team][way]++;
          this.send(team, way, now, inputs);
        }
    for (const [column, traces] of freed.entries())
      for (const [trace, cycles] of traces.entries()) {
        if (cycles.at(this.told[column][trace]) !== now + freedAhead) continue;
        this.told[column][trace]++;
        inputs.set_freed.set(column * tracesOf(this.p) + trace, 1);
      }
  }

  private membersOf(team: number): number[] {
    const { teamColumns } = this.mapping;
    return Array.from({ length: teamColumns }, (_, member) => team * teamColumns + member);
  }

  /** A trace begins no job in the cycles for which it is held; that is told in the cycle before, as reads are. */
  private readTrace(team: number, trace: number, now: number, inputs: ArrayInputs): void {
    const reads = this.record.reads[team][trace];
    while (this.ended[team][trace] < reads.length && reads[this.ended[team][trace]].end <= now + 1)
      this.ended[team][trace]++;
    const held = reads.at(this.ended[team][trace]);
    if (held && held.held <= now + 1)
      for (const column of this.membersOf(team)) inputs.hold.set(column * tracesOf(this.p) + trace, 1);
    if (reads.at(this.begun[team][trace])?.start !== now + 1) return;
    this.begun[team][trace]++;
    this.start(team, trace, inputs);
  }

  private start(team: number, trace: number, inputs: ArrayInputs): void {
    const { channelSlices, positionSlices } = this.mapping;
    const { drainLanes, traces } = this.p;
    const slice = trace % channelSlices;
    while (this.maskOf(team, slice, this.sums[team][trace]) === 0) this.sums[team][trace]++;
    const sums = this.sums[team][trace]++;
    const mask = this.maskOf(team, slice, sums);
    const way = slice % drainLanes;
    for (const column of this.membersOf(team)) {
      const at = column * drainLanes + way;
      inputs.drain_start.set(at, 1);
      inputs.drain_pe.set(at, Math.floor(trace / traces));
      inputs.drain_trace.set(at, trace % traces);
      inputs.drain_set.set(at, sums % this.sets);
      inputs.drain_mask.set(at, mask);
      inputs.drain_adds.set(at, trace >= channelSlices);
    }
    const isLast = Math.floor(trace / channelSlices) === positionSlices - 1;
    if (isLast) this.full[team][way].push({ slice, sums, mask });
  }

  /** A column of a team that never had a chunk knows of no mask. */
  private maskOf(team: number, slice: number, sums: number): number {
    return this.membersOf(team).reduce(
      (any, column) => any | (this.columns[column].wanted[slice][sums] ?? 0),
      0,
    );
  }

  private send(team: number, way: number, now: number, inputs: ArrayInputs): void {
    const { slice, sums, mask } = this.full[team][way].shift()!;
    const members = this.membersOf(team);
    const at = members[members.length - 1] * this.p.drainLanes + way;
    inputs.drain_send.set(at, 1);
    const totals = this.totalsOf(members, slice, sums);
    const elements = this.columns[members[0]].elements[slice][sums];
    let cycle = now + sendLatency + Math.log2(members.length);
    for (let low = 0; low < slotCount; low += slotCount / couplesOfTrace) {
      const valid = (mask >> low) & 3;
      if (valid === 0) continue;
      const couple = {
        way: at,
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
