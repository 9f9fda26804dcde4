import { alloc, allocZeros } from "./arena";

/** PEs at which a MAC or an offer has changed, whose choices must be made anew. */

let list: usize = 0;
let later: usize = 0;
let marks: usize = 0;
export let touched: i32 = 0;
/** of the next cycle */
export let touchedLater: i32 = 0;

export function startTouched(pes: i32, macs: i32): void {
  list = alloc(<u64>(pes + macs) * 4);
  later = alloc(<u64>macs * 4);
  marks = allocZeros(pes);
  touched = touchedLater = 0;
}

@inline
export function touch(pe: i32): void {
  if (load<u8>(marks + pe) !== 0) return;
  store<u8>(marks + pe, 1);
  store<i32>(list + ((<usize>touched) << 2), pe);
  touched++;
}

/** Asks for a PE's choices in the next cycle. */
export function touchLater(pe: i32): void {
  store<i32>(later + ((<usize>touchedLater) << 2), pe);
  touchedLater++;
}

/** The next cycle has begun. */
export function touchNow(): void {
  for (let i = 0; i < touchedLater; i++) touch(load<i32>(later + ((<usize>i) << 2)));
  touchedLater = 0;
}

@inline
export function touchedAt(i: i32): i32 {
  return load<i32>(list + ((<usize>i) << 2));
}

export function clearTouched(): void {
  for (let i = 0; i < touched; i++) store<u8>(marks + touchedAt(i), 0);
  touched = 0;
}
