import type { Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";

/** The phases that slide a kernel over a map: FF over the fmap, BP over the emap. */
export type WindowPhase = Exclude<Phase, "wg">;

/** Windows along one axis that see the same taps of the kernel. */
export interface AxisWindows {
  readonly windows: number;
  /** in the order in which a window's places grow */
  readonly taps: readonly number[];
  /** [window][tap]: the coordinate that is read there; outside of the map it is padding */
  readonly places: readonly (readonly number[])[];
}

/**
 * An axis (0: along H, 1: along W) of the convolution that a phase is. FF: a window for each output position, all taps. BP: a
 * window for each pixel of the fmap; with a stride, pixels of another remainder see other taps, and are windows of their own.
 * Pixels that no tap joins with a position are no windows.
 */
export function axisWindows(phase: WindowPhase, layer: Layer, axis: 0 | 1): AxisWindows[] {
  const { H, W, P, Q, R, S } = layer;
  const [pixels, positions, kernel] = axis === 0 ? [H, P, R] : [W, Q, S];
  const [stride, padding, dilation] = [layer.stride[axis], layer.padding[axis], layer.dilation[axis]];
  const all = count(kernel);
  if (phase === "ff") {
    const places = count(positions).map((at) => all.map((tap) => at * stride - padding + tap * dilation));
    return [{ windows: positions, taps: all, places }];
  }
  return count(stride).flatMap((remainder) => {
    const taps = all.filter((tap) => (tap * dilation) % stride === remainder).reverse();
    const seen = count(pixels).filter((pixel) => (pixel + padding) % stride === remainder);
    if (taps.length === 0 || seen.length === 0) return [];
    const places = seen.map((pixel) => taps.map((tap) => (pixel + padding - tap * dilation) / stride));
    return [{ windows: seen.length, taps, places }];
  });
}

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** What a phase slides its kernel over, as [N][channels][height][width], and what it makes of it. */
export interface SlidOver {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** results at each place: the k's in FF, the fmap's channels in BP */
  readonly filters: number;
}

export const slidOver = (phase: WindowPhase, { C, H, W, K, P, Q }: Layer): SlidOver =>
  phase === "ff"
    ? { channels: C, height: H, width: W, filters: K }
    : { channels: K, height: P, width: Q, filters: C };
