import fc from "fast-check";
import { type SwgParameters, swgParameters } from "../src/hardware/parameters.ts";
import type { NumberParameter, Parameter } from "../src/parameter.ts";
import { seededRandom } from "../src/random.ts";
import { type Occupancy, occupancy } from "../src/trace/occupancy.ts";
import type { LayerTrace } from "../src/trace/trace.ts";
import {
  convolution,
  emapSize,
  fmapSize,
  gradientSize,
  type Layer,
  linear,
  outputExtent,
} from "../src/workload/layer.ts";
import { degenerateLayer } from "./degenerate-layers.ts";

/** Layers, tensors and machines drawn at random, for the properties that every machine must have. */
const upTo = (most: number) => fc.integer({ min: 1, max: most });
const edge = fc.integer({ min: 0, max: 2 });

const anyConvolution: fc.Arbitrary<Layer> = fc
  .record({
    N: upTo(3),
    groups: upTo(4),
    channels: upTo(6),
    ks: fc.oneof(upTo(5), upTo(20)),
    H: upTo(9),
    W: upTo(9),
    R: upTo(4),
    S: upTo(4),
    padding: fc.tuple(edge, edge, edge, edge),
    stride: fc.tuple(upTo(3), upTo(3)),
    dilation: fc.tuple(upTo(2), upTo(2)),
  })
  .map(({ channels, ks, ...shape }) => {
    const { H, W, R, S, stride, dilation, groups } = shape;
    const [top, left, bottom, right] = shape.padding;
    const fits =
      outputExtent(H, R, stride[0], [top, bottom], dilation[0]) > 0 &&
      outputExtent(W, S, stride[1], [left, right], dilation[1]) > 0;
    const sound = fits ? shape : { ...shape, H: H + 7, W: W + 7 };
    return convolution({ ...sound, name: "layer", C: channels * groups, K: ks * groups });
  });
const anyLinear = fc.tuple(upTo(40), upTo(40), upTo(40)).map((sizes) => linear("layer", ...sizes));
const anyLayer = fc.oneof(
  { weight: 4, arbitrary: anyConvolution },
  { weight: 2, arbitrary: degenerateLayer },
  { weight: 1, arbitrary: anyLinear },
);
const anyDensity = fc.constantFrom(0, 0.05, 0.3, 0.6, 1);

/** A layer with small whole numbers in it, of any density from none to all, masked or not. */
export const anyLayerTrace: fc.Arbitrary<LayerTrace> = fc
  .record({
    layer: anyLayer,
    densities: fc.tuple(anyDensity, anyDensity, fc.option(anyDensity)),
    seed: fc.nat(),
  })
  .map(({ layer, densities: [fmap, emap, mask], seed }) => {
    const random = seededRandom(seed);
    const values = (size: number, density: number) =>
      Float32Array.from({ length: size }, () => (random.uniform() < density ? random.below(7) - 3 || 1 : 0));
    const wanted = (size: number, density: number) =>
      Uint8Array.from({ length: size }, () => (random.uniform() < density ? 1 : 0));
    return {
      layer,
      fmap: values(fmapSize(layer), fmap),
      emap: values(emapSize(layer), emap),
      ...(mask !== null && { mask: wanted(gradientSize(layer), mask) }),
    };
  });

export const anyOccupancy: fc.Arbitrary<Occupancy> = anyLayerTrace.map(occupancy);

const anyExtent = fc.constantFrom(1, 2, 3, 4, 7, 16);
const anyMemory = {
  format: fc.constantFrom("int8", "fp8", "int16", "bf16", "fp16", "fp32"),
  clockMhz: fc.constantFrom(1, 200, 999),
  globalBufferReadBytes: fc.constantFrom(1, 13, 128),
  globalBufferWriteBytes: fc.constantFrom(1, 13, 128),
  dramMbps: fc.constantFrom(100, 3333, 25600),
};
const anyMachine = { ...anyMemory, columns: anyExtent, rows: anyExtent };

/** Parameters of SWG with every mechanism on: only its sizes and limits vary. */
export const anyFullSwg = fc.record({
  ...anyMachine,
  macs: upTo(2),
  traces: upTo(4),
  laneBits: fc.constantFrom(3, 6, 9),
  rowBits: fc.constantFrom(9, 20, 32),
  rowWords: fc.constantFrom(3, 12, 20),
  sums: fc.constantFrom(9, 33, 128),
  chunks: fc.constantFrom(1, 2, 3),
  chunkWords: fc.constantFrom(16, 32, 64),
  listWords: fc.constantFrom(30, 64),
  listPorts: fc.constantFrom(1, 2, 5),
  listAhead: fc.constantFrom(1, 2, 8),
  globalBufferKib: fc.constantFrom(1, 16, 80),
  writeQueueKib: fc.constantFrom(1, 8),
  drainLanes: fc.constantFrom(1, 2, 4),
});

/** Parameters of SWG with any of its mechanisms off. */
export const anySwg = fc
  .tuple(
    anyFullSwg,
    fc.record({
      vdt: fc.constantFrom("none", "fmap", "emap", "both"),
      gradientSkip: fc.boolean(),
      intraColumn: fc.boolean(),
      interColumn: fc.boolean(),
      unlimitedPorts: fc.boolean(),
    }),
  )
  .map(([full, mechanisms]) => ({ ...full, ...mechanisms }));

/** Parameters of SWG, a few of them the least or the most that they may be, and perhaps a mechanism off. */
export const anyExtremeSwg = fc
  .tuple(
    fc.oneof(fc.constant({}), anySwg),
    fc.array(fc.tuple(fc.constantFrom(...Object.keys(swgParameters)), fc.boolean(), fc.nat()), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([base, extremes]) => ({
    ...base,
    ...Object.fromEntries(
      extremes.map(([name, most, pick]) => [
        name,
        extremeOf(swgParameters[name as keyof SwgParameters], most, pick),
      ]),
    ),
  }));

function extremeOf(parameter: Parameter, most: boolean, pick: number): number | string | boolean {
  if ("choices" in parameter) return parameter.choices[pick % parameter.choices.length];
  if (typeof parameter.value === "boolean") return most;
  const { min = 1, max = 1024 } = parameter as NumberParameter;
  return most ? max : min;
}

const anyBaseline = { ...anyMemory, localBufferKib: fc.constantFrom(1, 512), unlimitedPorts: fc.boolean() };
const anyBytes = fc.constantFrom(64, 300, 4096);
const anyCartesian = {
  peRows: anyExtent,
  peColumns: anyExtent,
  fmapVector: anyExtent,
  emapVector: anyExtent,
  accumulators: fc.constantFrom(1, 33, 1024),
  peBufferBytes: anyBytes,
};

/** Parameters of TrainWare. */
export const anyRowsAndColumns = fc.record({ ...anyBaseline, columns: anyExtent, rows: anyExtent });
/** Parameters of LNPU, TensorDash and Procrustes, which have memories in their arrays. */
const withMemory = (name: string) =>
  fc.record({ ...anyBaseline, columns: anyExtent, rows: anyExtent, [name]: anyBytes });
export const anyLnpu = withMemory("lineBufferBytes");
export const anyTensordash = withMemory("scratchpadBytes");
export const anyProcrustes = withMemory("peBufferBytes");
export const anyOuterProduct = fc.record({ ...anyBaseline, ...anyCartesian });
export const anyAnt = fc.record({ ...anyBaseline, ...anyCartesian, candidates: anyExtent });
export const anySparsetrain = fc.record({
  ...anyBaseline,
  pes: fc.constantFrom(1, 2, 7, 256),
  groupPes: anyExtent,
  rows: fc.constantFrom("local", "port"),
  groupBufferBytes: fc.constantFrom(64, 300, 1024, 4096),
});

/** Parameters of SparTen. */
export const anySparten = fc.record({
  ...anyBaseline,
  pes: fc.constantFrom(1, 2, 7, 256),
  clusterPes: anyExtent,
  peBufferBytes: anyBytes,
  skipMasked: fc.boolean(),
});

/** Parameters of LNPU with SWG. */
export const anyLnpuSwg = fc
  .tuple(anySwg, anyBaseline.localBufferKib, anyBytes)
  .map(([swg, localBufferKib, lineBufferBytes]) => ({ ...swg, localBufferKib, lineBufferBytes }));

export const anyDense = fc.record({ macs: fc.constantFrom(1, 7, 256, 4096) });

/** How many times as many cases as in the quick run; `conformance.long.test.ts` and `drawn-layers.long.test.ts` set it. */
const factor = Number(process.env.SWG_CASES ?? 1);

/** Fails with the smallest counterexample it finds; the same cases on every run. */
export const holds = (property: fc.IProperty<unknown>, numRuns: number): void =>
  fc.assert(property, { numRuns: numRuns * factor, seed: 1 });
