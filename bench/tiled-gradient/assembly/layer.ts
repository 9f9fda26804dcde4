/** The layer's shape. */

export let C: i32 = 0;
export let H: i32 = 0;
export let W: i32 = 0;
export let K: i32 = 0;
export let P: i32 = 0;
export let Q: i32 = 0;
export let R: i32 = 0;
export let S: i32 = 0;
export let strideY: i32 = 1;
export let strideX: i32 = 1;
export let padTop: i32 = 0;
export let padLeft: i32 = 0;
export let dilationY: i32 = 1;
export let dilationX: i32 = 1;
export let groups: i32 = 1;

/** Whether each position sees the one pixel that lies where it lies. */
export let pointwise: bool = false;

/** Takes the shape that stands at `shape`: 15 numbers of 4 bytes in the order above. */
export function setLayer(shape: usize): void {
  C = load<i32>(shape);
  H = load<i32>(shape, 4);
  W = load<i32>(shape, 8);
  K = load<i32>(shape, 12);
  P = load<i32>(shape, 16);
  Q = load<i32>(shape, 20);
  R = load<i32>(shape, 24);
  S = load<i32>(shape, 28);
  strideY = load<i32>(shape, 32);
  strideX = load<i32>(shape, 36);
  padTop = load<i32>(shape, 40);
  padLeft = load<i32>(shape, 44);
  dilationY = load<i32>(shape, 48);
  dilationX = load<i32>(shape, 52);
  groups = load<i32>(shape, 56);
  const unpadded = padTop === 0 && padLeft === 0 && P === H && Q === W;
  pointwise = R === 1 && S === 1 && strideY === 1 && strideX === 1 && unpadded;
}
