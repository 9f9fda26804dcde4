import { alloc, allocZeros } from "./arena";
import * as chunks from "./chunks";
import { Chunk, chunkAt, chunkCount } from "./chunks";
import { emapInChunk, fmapInBox } from "./counts";
import * as L from "./layer";
import * as M from "./machine";
import { ceilDivide, compressedBytes } from "./machine";
import { Residency } from "./residency";

/** What moves in an episode, known before it is computed. Counted once, and kept for all that work on it again. */

/** Episodes of a residency. */
export let episodes: i32 = 0;
/** [chunk][k] nonzeros of the emap, 2 bytes each; [chunk] whether they have been counted */
let emapCounts: usize = 0;
let emapCounted: usize = 0;
/** [tap block][chunk][c] bytes of the fmap that a PE receives; -1: not yet known */
let fmapMoved: usize = 0;
/** [chunk][c] nonzeros that come from DRAM for it */
let fmapFresh: usize = 0;
/** [chunk] pixels of a channel that come from DRAM for it; -1: not yet known */
let fmapFreshBits: usize = 0;
/** [list of k's][last tap block or not][episode] rounds; 0: not yet packed */
let roundPlans: usize = 0;

/** Forgets what is known: another mapping. */
export function startPlans(): void {
  episodes = ceilDivide(chunkCount, M.slices);
  emapCounts = alloc(<usize>(chunkCount * L.K) * 2);
  emapCounted = allocZeros(chunkCount);
  const bytes = <usize>(ceilDivide(L.R, M.tapRows) * chunkCount * L.C) * 4;
  fmapMoved = alloc(bytes);
  memory.fill(fmapMoved, 0xff, bytes);
  fmapFresh = alloc(<usize>(chunkCount * L.C) * 4);
  fmapFreshBits = alloc(chunkCount * 4);
  memory.fill(fmapFreshBits, 0xff, chunkCount * 4);
  roundPlans = allocZeros(<usize>(M.ksLists * 2 * episodes) * 4);
}

function emapCount(chunk: i32, k: i32): i32 {
  const counts = emapCounts + <usize>(chunk * L.K) * 2;
  if (!load<u8>(emapCounted + chunk)) {
    store<u8>(emapCounted + chunk, 1);
    for (let i = 0; i < L.K; i++) store<u16>(counts + i * 2, <u16>emapInChunk(i, chunkAt(chunk)));
  }
  return <i32>load<u16>(counts + k * 2);
}

/** The rounds of an episode. */
@unmanaged
export class RoundPlan {
  /** rounds of the column that has most */
  longest: i32;
  /** [round] bytes of the emap for all columns together */
  bytes: usize;
  /** [column] its number of rounds; then of each round the place after its last k, its bytes, and its vectors */
  columns: usize;

  roundBytes(round: i32): i32 {
    return load<i32>(this.bytes + round * 4);
  }

  rounds(column: i32): i32 {
    return load<i32>(load<u32>(this.columns + column * 4));
  }

  last(column: i32, round: i32): i32 {
    return load<i32>(load<u32>(this.columns + column * 4) + 4 + round * 12);
  }

  columnBytes(column: i32, round: i32): i32 {
    return load<i32>(load<u32>(this.columns + column * 4) + 8 + round * 12);
  }

  /** Where the address of the emap vectors of a round is kept; 0 until they are made. */
  vectors(column: i32, round: i32): usize {
    return load<u32>(this.columns + column * 4) + 12 + round * 12;
  }
}

/** The chunk of a position slice of a column; chunkCount or more where positions have run out. */
export function chunkOf(episode: i32, column: i32, slice: i32): i32 {
  return episode * M.slices + (column % M.teamColumns) * M.positionSlices + slice;
}

export function roundsOf(residency: Residency, episode: i32): RoundPlan {
  const lastTaps = residency.r1 - residency.r0 < M.tapRows ? 1 : 0;
  const at = roundPlans + ((residency.ksList * 2 + lastTaps) * episodes + episode) * 4;
  const known = load<u32>(at);
  if (known) return changetype<RoundPlan>(known);
  const plan = changetype<RoundPlan>(allocZeros(offsetof<RoundPlan>()));
  plan.columns = alloc(M.columns * 4);
  for (let column = 0; column < M.columns; column++) {
    store<u32>(plan.columns + column * 4, <u32>packRounds(residency, episode, column));
    plan.longest = max(plan.longest, plan.rounds(column));
  }
  plan.bytes = allocZeros(plan.longest * 4);
  for (let column = 0; column < M.columns; column++)
    for (let round = 0; round < plan.rounds(column); round++)
      store<i32>(plan.bytes + round * 4, plan.roundBytes(round) + plan.columnBytes(column, round));
  store<u32>(at, <u32>changetype<usize>(plan));
  return plan;
}

/** Packs a column's k's into rounds, in order, as many as the emap buffer of its fullest PE holds. */
function packRounds(residency: Residency, episode: i32, column: i32): usize {
  const team = column / M.teamColumns;
  const count = residency.kCount(team);
  const rounds = allocZeros(4 + count * 12);
  const first = chunkOf(episode, column, 0);
  const own = max(0, min(M.positionSlices, chunkCount - first));
  /** [slice] bytes stored, those of the k at hand, bits of a vector */
  const stored = allocZeros(own * 12);
  const ofK = stored + own * 4;
  const bits = ofK + own * 4;
  for (let slice = 0; slice < own; slice++)
    store<i32>(bits + slice * 4, chunks.traceVectorBits(chunkAt(first + slice), residency.r1 - residency.r0));
  let packed = 0;
  let bytes = 0;
  let inRound = 0;
  for (let i = 0; i < count; i++) {
    const k = residency.k(team, i);
    let fits = inRound < M.roundKs;
    let moved = 0;
    for (let slice = 0; slice < own; slice++) {
      const values = emapCount(first + slice, k);
      const size = compressedBytes(load<i32>(bits + slice * 4), values);
      store<i32>(ofK + slice * 4, size);
      if (load<i32>(stored + slice * 4) + size > M.emapRoom) fits = false;
      moved += compressedBytes(chunkAt(first + slice).positions, values);
    }
    if (inRound > 0 && !fits) {
      store<i32>(rounds + 4 + packed * 12, i);
      store<i32>(rounds + 8 + packed * 12, bytes);
      packed++;
      bytes = inRound = 0;
      memory.fill(stored, 0, own * 4);
    }
    for (let slice = 0; slice < own; slice++) {
      const at = stored + slice * 4;
      store<i32>(at, load<i32>(at) + load<i32>(ofK + slice * 4));
    }
    bytes += moved;
    inRound++;
  }
  if (count > 0) {
    store<i32>(rounds + 4 + packed * 12, count);
    store<i32>(rounds + 8 + packed * 12, bytes);
    packed++;
  }
  store<i32>(rounds, packed);
  return rounds;
}

/** Bytes of the fmap that the last episode asked for moves: in all, to the PE with most, from DRAM. */
export let fmapBytes: i64 = 0;
export let fmapBytesOfPe: i64 = 0;
export let fmapDramBytes: i64 = 0;

export function countFmapTraffic(residency: Residency, episode: i32): void {
  fmapBytes = 0;
  fmapBytesOfPe = 0;
  let bits: i64 = 0;
  let values: i64 = 0;
  const first = episode * M.slices;
  const last = min(chunkCount, first + M.slices);
  const block = (residency.r0 / M.tapRows) * chunkCount;
  const channelTotal = residency.firstChannel(M.domains * M.channelSlices);
  for (let i = first; i < last; i++) {
    const moved = fmapMoved + <usize>((block + i) * L.C) * 4;
    const fresh = fmapFresh + <usize>(i * L.C) * 4;
    let at = 0;
    for (let slice = 0; slice < M.domains * M.channelSlices; slice++) {
      let ofPe: i64 = 0;
      for (const end = residency.firstChannel(slice + 1); at < end; at++) {
        const c = residency.channel(at);
        if (load<i32>(moved + c * 4) < 0) countFmap(chunkAt(i), c, residency, moved, fresh);
        ofPe += load<i32>(moved + c * 4);
        values += load<i32>(fresh + c * 4);
      }
      fmapBytes += ofPe;
      fmapBytesOfPe = max(fmapBytesOfPe, ofPe);
    }
    bits += <i64>freshBits(i) * channelTotal;
  }
  fmapDramBytes = ((bits + 7) >> 3) + values * M.valueBytes;
}

/** Pixels of a channel that come from DRAM for a chunk. */
function freshBits(i: i32): i32 {
  const known = load<i32>(fmapFreshBits + i * 4);
  if (known >= 0) return known;
  const chunk = chunkAt(i);
  let bits = 0;
  for (let part = 0; part < chunk.parts; part++) {
    chunks.boxOfFirstReach(chunk, chunk.part(part));
    bits += (chunks.h1 - chunks.h0) * (chunks.w1 - chunks.w0);
  }
  store<i32>(fmapFreshBits + i * 4, bits);
  return bits;
}

/** Counts one channel of a chunk: what a PE receives, and what of it comes from DRAM. */
function countFmap(chunk: Chunk, c: i32, residency: Residency, moved: usize, fresh: usize): void {
  let near = 0;
  let freshBytes = 0;
  let freshValues = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    chunks.boxOfFirstReach(chunk, part);
    const values = fmapInBox(part.n, c, false);
    freshValues += values;
    freshBytes += compressedBytes((chunks.h1 - chunks.h0) * (chunks.w1 - chunks.w0), values);
    chunks.boxOfReach(chunk, part, residency.r0, residency.r1);
    near += fmapInBox(part.n, c, true);
  }
  const bits = chunks.fmapBitmapBits(chunk, residency.r1 - residency.r0);
  store<i32>(moved + c * 4, max(freshBytes, compressedBytes(bits, near)));
  store<i32>(fresh + c * 4, freshValues);
}
