import { convolution, fast, occupancy, select, weightGradient } from "swg-sim";

// a 3x3 layer on 4 images: 16 channels in, 32 out, 14 x 14 positions
const layer = convolution({
  name: "conv",
  N: 4,
  C: 16,
  H: 14,
  W: 14,
  K: 32,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
});
// its maps [N][C][H][W] and [N][K][P][Q]; here about a quarter of the values are not zero
const quarter = (_: unknown, i: number) => (Math.imul(i, 2654435761) >>> 30 === 0 ? 1 : 0);
const fmap = Float32Array.from({ length: 4 * 16 * 14 * 14 }, quarter);
const emap = Float32Array.from({ length: 4 * 32 * 14 * 14 }, quarter);

// the gradient itself, [K][C][R][S], summed in float64
const gradient = weightGradient({ layer, fmap, emap });

// the same layer on the machine, one mechanism switched off
const { accelerator, parameters } = select("swg", { intraColumn: false });
const { cycles, macs, breakdown } = accelerator.simulate(occupancy({ layer, fmap, emap }), parameters, fast);
console.log(`${gradient.length} gradients in ${cycles} cycles on ${macs} MACs`);
console.log(`lost inside columns: ${((100 * breakdown.columnImbalance) / (macs * cycles)).toFixed(1)} %`);
