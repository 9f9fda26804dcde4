import { machine } from "./layout";

/** Bytes of values that are not zero, and a bitmap that says which those are. */
export function compressedBytes(bits: i32, values: i32): i32 {
  return ((bits + 7) >> 3) + values * machine.valueBytes;
}
