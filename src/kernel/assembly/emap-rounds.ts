import { alloc, allocZeros, mark, release } from "./arena";
import * as chunks from "./chunks";
import { chunkAt, chunkCount } from "./chunks";
import { columnAt } from "./column";
import { emapInChunk, isFullEmap } from "./counts";
import { episodes, room } from "./fmap-chunks";
import { machine, mapping, run } from "./layout";
import { Residency } from "./residency";
import { compressedBytes } from "./sizes";
import { addTo, emapVector, planesFor, wordsOf } from "./vectors";

/**
 * The rounds of an episode: which k's, what moves for them, and their bits. They depend on its k's, positions and
 * number of taps alone, so residencies that differ in their channels share them.
 */

/** Some k's of a column, emap chunks that are multiplied together. */
@unmanaged
export class Round {
  /** places in the team's list of k's: first .. last-1 */
  first: i32;
  last: i32;
  bytes: i32;
  /** whether all its emap values are nonzero, or none are skipped */
  dense: bool;
  /** [position slice] sums of its k's as planes of bits, or [position slice][k] vectors; 0: not yet made */
  bits: usize;
}

/** Rounds of one column. */
@unmanaged
class ColumnRounds {
  count: i32;
  rounds: usize;
}

/** The rounds of an episode. */
@unmanaged
export class EpisodeRounds {
  /** rounds of the column that has most */
  longest: i32;
  /** [round] bytes of the emap for all columns together */
  bytes: usize;
  /** [column] */
  columns: usize;

  roundBytes(round: i32): i32 {
    return load<i32>(this.bytes + round * 4);
  }

  count(column: i32): i32 {
    return changetype<ColumnRounds>(this.columns + column * offsetof<ColumnRounds>()).count;
  }

  round(column: i32, i: i32): Round {
    const own = changetype<ColumnRounds>(this.columns + column * offsetof<ColumnRounds>());
    return changetype<Round>(own.rounds + i * offsetof<Round>());
  }
}

/** [list of k's][last tap block or not][episode] rounds; 0: not yet packed */
let known: usize = 0;
let vector: usize = 0;

/** Forgets what is known: another mapping. */
export function startEmapRounds(): void {
  known = allocZeros(<u64>run.ksLists * 2 * episodes() * 4);
  vector = alloc(<u64>room() * 8);
}

export function roundsOf(residency: Residency, episode: i32): EpisodeRounds {
  const lastTaps = residency.r1 - residency.r0 < mapping.tapRows ? 1 : 0;
  const at = known + ((residency.ksList * 2 + lastTaps) * episodes() + episode) * 4;
  if (load<u32>(at)) return changetype<EpisodeRounds>(load<u32>(at));
  const all = changetype<EpisodeRounds>(allocZeros(offsetof<EpisodeRounds>()));
  store<u32>(at, <u32>changetype<usize>(all));
  all.columns = alloc(<u64>machine.columns * offsetof<ColumnRounds>());
  for (let column = 0; column < machine.columns; column++) {
    const own = changetype<ColumnRounds>(all.columns + column * offsetof<ColumnRounds>());
    packRounds(own, residency, episode, column);
    all.longest = max(all.longest, own.count);
  }
  all.bytes = allocZeros(<u64>all.longest * 4);
  for (let column = 0; column < machine.columns; column++)
    for (let i = 0; i < all.count(column); i++)
      store<i32>(all.bytes + i * 4, all.roundBytes(i) + all.round(column, i).bytes);
  return all;
}

function allFull(residency: Residency, team: i32): bool {
  for (let i = 0; i < residency.kCount(team); i++) if (!isFullEmap(residency.k(team, i))) return false;
  return true;
}

/** A new round behind those that a column has, with a k from place `first` of its team on. */
function newRound(own: ColumnRounds, first: i32): Round {
  const round = changetype<Round>(own.rounds + own.count++ * offsetof<Round>());
  round.first = first;
  round.bytes = 0;
  round.dense = true;
  round.bits = 0;
  return round;
}

/** Packs a column's k's into rounds, in order, as many as the emap buffer of its fullest PE holds. */
function packRounds(own: ColumnRounds, residency: Residency, episode: i32, column: i32): void {
  const team = columnAt(column).team;
  const first = episode * mapping.slices + columnAt(column).firstSlice;
  const slices = max(0, min(mapping.positionSlices, chunkCount() - first));
  own.count = 0;
  if (slices === 0) return;
  own.rounds = alloc(<u64>residency.kCount(team) * offsetof<Round>());
  if (allFull(residency, team)) packFull(own, residency, first, slices, residency.kCount(team));
  else packByValues(own, residency, team, first, slices);
}

/** Where no k has a zero: as many in each round as fit. */
function packFull(own: ColumnRounds, residency: Residency, first: i32, slices: i32, count: i32): void {
  let most = mapping.roundKs;
  let moved = 0;
  for (let slice = 0; slice < slices; slice++) {
    const chunk = chunkAt(first + slice);
    const bits = chunks.traceVectorBits(chunk, residency.r1 - residency.r0);
    most = min(most, machine.emapRoom / compressedBytes(bits, chunk.positions));
    moved += compressedBytes(chunk.positions, chunk.positions);
  }
  most = max(most, 1);
  for (let i = 0; i < count; i += most) {
    const round = newRound(own, i);
    round.last = min(count, i + most);
    round.bytes = (round.last - i) * moved;
  }
}

/** Where some k has zeros: k by k. */
function packByValues(own: ColumnRounds, residency: Residency, team: i32, first: i32, slices: i32): void {
  const before = mark();
  startBuffers(residency, first, slices);
  let round = changetype<Round>(own.rounds);
  for (let i = 0; i < residency.kCount(team); i++) {
    lookAt(residency.k(team, i), first, slices);
    const fits = i > 0 && i - round.first < mapping.roundKs && hasRoom(slices);
    if (!fits) {
      round = newRound(own, i);
      emptyBuffers(slices);
    }
    storeK(slices);
    round.last = i + 1;
    round.bytes += ofK.bytes;
    if (machine.skipEmap && ofK.values < ofK.positions) round.dense = false;
  }
  release(before);
}

/** The emap buffers of a position slice: bytes stored, those of the k at hand, bits of its vectors. */
@unmanaged
class SliceBuffer {
  stored: i32;
  next: i32;
  vectorBits: i32;
}

/** The k at hand over all position slices. */
@unmanaged
class EmapOfK {
  bytes: i32;
  values: i32;
  positions: i32;
}

let buffers: usize = 0;
const ofK: EmapOfK = changetype<EmapOfK>(memory.data(12));

function bufferAt(slice: i32): SliceBuffer {
  return changetype<SliceBuffer>(buffers + slice * offsetof<SliceBuffer>());
}

function startBuffers(residency: Residency, first: i32, slices: i32): void {
  buffers = alloc(<u64>slices * offsetof<SliceBuffer>());
  for (let slice = 0; slice < slices; slice++)
    bufferAt(slice).vectorBits = chunks.traceVectorBits(chunkAt(first + slice), residency.r1 - residency.r0);
}

function emptyBuffers(slices: i32): void {
  for (let slice = 0; slice < slices; slice++) bufferAt(slice).stored = 0;
}

/** Counts what a k would take. */
function lookAt(k: i32, first: i32, slices: i32): void {
  ofK.bytes = ofK.values = ofK.positions = 0;
  for (let slice = 0; slice < slices; slice++) {
    const chunk = chunkAt(first + slice);
    const buffer = bufferAt(slice);
    const values = emapInChunk(k, chunk);
    buffer.next = compressedBytes(buffer.vectorBits, values);
    ofK.bytes += compressedBytes(chunk.positions, values);
    ofK.values += values;
    ofK.positions += chunk.positions;
  }
}

/** Whether the k at hand fits beside what is stored. */
function hasRoom(slices: i32): bool {
  for (let slice = 0; slice < slices; slice++)
    if (bufferAt(slice).stored + bufferAt(slice).next > machine.emapRoom) return false;
  return true;
}

function storeK(slices: i32): void {
  for (let slice = 0; slice < slices; slice++) bufferAt(slice).stored += bufferAt(slice).next;
}

/** The vectors of the k's of a round in each position slice, `room` words each. */
export function vectorsOf(round: Round, residency: Residency, episode: i32, column: i32): usize {
  if (round.bits !== 0) return round.bits;
  const team = columnAt(column).team;
  const first = episode * mapping.slices + columnAt(column).firstSlice;
  const last = min(chunkCount(), first + mapping.positionSlices);
  let to = alloc((<u64>(last - first) * (round.last - round.first) * room() + 1) * 8);
  round.bits = to;
  for (let i = first; i < last; i++)
    for (let place = round.first; place < round.last; place++, to += room() * 8)
      emapVector(to, chunkAt(i), residency.k(team, place), machine.skipEmap);
  return round.bits;
}

/** Sums of the k's of a round in each position slice, one after the other. */
export function sumsOf(round: Round, residency: Residency, episode: i32, column: i32): usize {
  if (round.bits !== 0) return round.bits;
  const team = columnAt(column).team;
  const first = episode * mapping.slices + columnAt(column).firstSlice;
  const last = min(chunkCount(), first + mapping.positionSlices);
  const planes = planesFor(round.last - round.first);
  let words = 0;
  for (let i = first; i < last; i++) words += wordsOf(chunkAt(i));
  let to = allocZeros((<u64>words * planes + 1) * 8);
  round.bits = to;
  for (let i = first; i < last; i++) {
    const chunk = chunkAt(i);
    for (let place = round.first; place < round.last; place++) {
      emapVector(vector, chunk, residency.k(team, place), machine.skipEmap);
      addTo(to, planes, vector, wordsOf(chunk));
    }
    to += wordsOf(chunk) * planes * 8;
  }
  return round.bits;
}
