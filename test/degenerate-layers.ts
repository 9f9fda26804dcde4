import fc from "fast-check";
import { convolution, type Layer, outputExtent } from "../src/workload/layer.ts";

/** Layers at the edges of what a trace may hold, for the properties that every machine must have. */

const upTo = (most: number) => fc.integer({ min: 1, max: most });
const mostlyOne = fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: upTo(5) });

/** An axis of a convolution, which has a position at least. */
interface Axis {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** Nothing; one side only, as much as the kernel and more; each side for itself. */
const anyPadding = fc.oneof(
  fc.constant([0, 0] as const),
  upTo(9).map((before) => [before, 0] as const),
  upTo(9).map((after) => [0, after] as const),
  fc.tuple(fc.nat(9), fc.nat(9)),
);

/** Kernels larger than the input, strides larger than both, wide dilations; padded until they fit, on one side. */
const anyAxis: fc.Arbitrary<Axis> = fc
  .record({
    input: fc.oneof(mostlyOne, upTo(12)),
    kernel: fc.oneof(mostlyOne, upTo(9)),
    stride: fc.oneof(mostlyOne, upTo(15)),
    dilation: fc.oneof(mostlyOne, upTo(9)),
    padding: anyPadding,
    lackingBefore: fc.boolean(),
  })
  .map(({ padding: [before, after], lackingBefore, ...axis }) => {
    const lacking = Math.max(0, axis.dilation * (axis.kernel - 1) + 1 - axis.input - before - after);
    return {
      ...axis,
      before: before + (lackingBefore ? lacking : 0),
      after: after + (lackingBefore ? 0 : lacking),
    };
  });

/** Ordinary groups; every channel its own, with as many k's as its multiplier says. */
const anyChannels = fc.oneof(
  fc
    .record({ groups: mostlyOne, channels: mostlyOne, ks: fc.oneof(mostlyOne, upTo(20)) })
    .map(({ groups, channels, ks }) => ({ groups, C: groups * channels, K: groups * ks })),
  fc
    .record({ groups: upTo(9), multiplier: upTo(3) })
    .map(({ groups, multiplier }) => ({ groups, C: groups, K: groups * multiplier })),
);

/** An axis of one pixel, for a 1-D convolution. */
const noAxis: Axis = { input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 };

const anyImages = fc.oneof(mostlyOne, upTo(70));

export const degenerateLayer: fc.Arbitrary<Layer> = fc
  .record({
    channels: anyChannels,
    images: anyImages,
    rows: fc.oneof({ weight: 3, arbitrary: anyAxis }, { weight: 1, arbitrary: fc.constant(noAxis) }),
    columns: fc.oneof({ weight: 3, arbitrary: anyAxis }, { weight: 1, arbitrary: fc.constant(noAxis) }),
  })
  .map(({ channels, images, rows, columns }) => {
    const positions = (axis: Axis) =>
      outputExtent(axis.input, axis.kernel, axis.stride, [axis.before, axis.after], axis.dilation);
    // many images only of tiny maps
    const pixels = Math.max(rows.input * columns.input, positions(rows) * positions(columns));
    return convolution({
      ...channels,
      name: "layer",
      N: Math.max(1, Math.min(images, Math.floor(200 / pixels))),
      H: rows.input,
      W: columns.input,
      R: rows.kernel,
      S: columns.kernel,
      stride: [rows.stride, columns.stride],
      padding: [rows.before, columns.before, rows.after, columns.after],
      dilation: [rows.dilation, columns.dilation],
    });
  });
