import { alloc, allocZeros } from "./arena";

/** Slices of teams of which a trace has finished an item that finishes sums, in order. */
let list: usize = 0;
let marks: usize = 0;
export let doneSlices: i32 = 0;

export function startDoneSlices(slices: i32): void {
  list = alloc(<u64>slices * 4);
  marks = allocZeros(slices);
  doneSlices = 0;
}

export function sliceIsDone(slice: i32): void {
  if (load<u8>(marks + slice) !== 0) return;
  store<u8>(marks + slice, 1);
  let at = doneSlices++;
  for (; at > 0 && doneSliceAt(at - 1) > slice; at--)
    store<i32>(list + ((<usize>at) << 2), doneSliceAt(at - 1));
  store<i32>(list + ((<usize>at) << 2), slice);
}

export function doneSliceAt(i: i32): i32 {
  return load<i32>(list + ((<usize>i) << 2));
}

export function clearDoneSlices(): void {
  for (let i = 0; i < doneSlices; i++) store<u8>(marks + doneSliceAt(i), 0);
  doneSlices = 0;
}
