import { alloc, mark, release } from "./arena";
import { findPixels, startChunkValues, valuesOf } from "./chunk-values";
import { cutGroups } from "./groups";
import { fullestChunk, layer } from "./layout";
import { Residency } from "./residency";

/** `FullestChunk`: the most values that any channels of a trace store in any of the chunks that are looked at, in any pass. */
export function findFullestChunk(): void {
  const before = mark();
  cutGroups();
  startChunkValues();
  fullestChunk.values = 0;
  const pass = changetype<Residency>(alloc(offsetof<Residency>()));
  const fullest = alloc(<u64>fullestChunk.channels * 4);
  for (let i = 0; i < fullestChunk.count; i++)
    for (let r = 0; r < layer.R; r += fullestChunk.passRows)
      for (let s = 0; s < layer.S; s += fullestChunk.passColumns) {
        pass.r0 = r;
        pass.r1 = min(layer.R, r + fullestChunk.passRows);
        pass.s0 = s;
        pass.s1 = min(layer.S, s + fullestChunk.passColumns);
        fullestChunk.values = max(fullestChunk.values, mostOf(fullestChunk.chunksAt(i), pass, fullest));
      }
  release(before);
}

/** Values of the channels of a trace that have most in a chunk; `fullest`: room for theirs, the least first. */
function mostOf(chunk: i32, pass: Residency, fullest: usize): i32 {
  memory.fill(fullest, 0, fullestChunk.channels * 4);
  findPixels(chunk, pass);
  for (let c = 0; c < layer.C; c++) insert(fullest, valuesOf(c));
  let values = 0;
  for (let i = 0; i < fullestChunk.channels; i++) values += load<i32>(fullest + i * 4);
  return values;
}

/** Puts a number among the largest so far in place of the least. */
function insert(largest: usize, number: i32): void {
  if (number <= load<i32>(largest)) return;
  let at = 1;
  for (; at < fullestChunk.channels && load<i32>(largest + at * 4) < number; at++)
    store<i32>(largest + at * 4 - 4, load<i32>(largest + at * 4));
  store<i32>(largest + at * 4 - 4, number);
}
