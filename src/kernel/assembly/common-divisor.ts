export function commonDivisor(a: i32, b: i32): i32 {
  return b === 0 ? a : commonDivisor(b, a % b);
}
