// A machine of your own: a weight-gradient array that skips whole rows of the emap that are zero.
//
//   swg check examples/systolic.ts
//   swg run --network vgg8 --batch 1 --accelerators swg,examples/systolic.ts,dense
//   swg sweep systolic.rows=8,16,32 --network vgg8 --batch 1 --accelerators swg,examples/systolic.ts
import { accelerator, emptyBreakdown, type Layer, noEvents } from "swg-sim";

/** Bytes of a value in bf16, and of a sum. */
const valueBytes = 2;

export default accelerator({
  title: "Systolic array that skips rows of zeros in the emap",
  source: "an example: nobody published it",
  free: ["Operands are where they are wanted: no buffer inside the array, no wait for DRAM."],
  parameters: {
    rows: { value: 16, unit: "PEs", about: "gradients of one k side by side", max: 1024 },
    columns: { value: 16, unit: "PEs", about: "k's side by side", max: 1024 },
  },
  grows: "columns",

  simulate({ layer, fmap, emap }, { rows, columns }) {
    const macs = rows * columns;
    const perK = gradientsOfK(layer);
    // every gradient of a k meets each position that is not skipped: rows gradients at a time, columns k's at a time
    let cycles = 1;
    let products = 0;
    for (let k = 0; k < layer.K; k += columns) {
      const ks = Array.from({ length: Math.min(columns, layer.K - k) }, (_, i) =>
        liveRows(layer, emap, k + i),
      );
      const positions = Math.max(...ks) * layer.Q;
      cycles += Math.ceil(perK / rows) * positions;
      products += perK * layer.Q * ks.reduce((sum, count) => sum + count, 0);
    }
    const gradients = layer.K * perK;
    const bytesIn = (fmap.length + emap.length) * valueBytes;
    return {
      cycles,
      macs,
      mapping: `gradients ${rows} x k's ${columns}`,
      breakdown: { ...emptyBreakdown(), busy: products, mapping: cycles * macs - products },
      events: {
        ...noEvents(),
        macs: products,
        dramReadBytes: bytesIn,
        dramEmapReadBytes: emap.length * valueBytes,
        dramWriteBytes: gradients * valueBytes,
        dramRuns: 3,
        fmapReadBytes: fmap.length * valueBytes,
        emapReadBytes: emap.length * valueBytes,
        gradientWriteBytes: gradients * valueBytes,
        accumulatorReadBytes: products * 4,
        accumulatorWriteBytes: products * 4,
      },
    };
  },

  components({ rows, columns }) {
    const macs = rows * columns;
    return {
      clockMhz: 200,
      format: "bf16",
      macs,
      groupMacs: rows,
      peMacs: 1,
      longestWayGates: 90,
      memories: {
        globalBuffer: { count: 16, words: 4096, wordBits: 64, ports: "shared" },
        accumulators: { count: macs, words: 1, wordBits: 32, ports: "readAndWrite" },
      },
      logic: [{ purpose: "interconnect", count: macs, gateEquivalents: 120 }],
    };
  },
});

/** Gradients of one k: channels of its group, times the kernel. */
const gradientsOfK = ({ C, groups, R, S }: Layer): number => (C / groups) * R * S;

/** Rows of a k's emap, over all images, that are not all zero. */
function liveRows({ N, K, P, Q }: Layer, emap: Uint8Array, k: number): number {
  let live = 0;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++) {
      const start = ((n * K + k) * P + p) * Q;
      if (emap.subarray(start, start + Q).includes(1)) live++;
    }
  return live;
}
