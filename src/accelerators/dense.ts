import { type Activity, emptyBreakdown, noEvents } from "../events.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { denseMacs, emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";
import { accelerator } from "./accelerator.ts";
import {
  bankedBuffer,
  broadcastTree,
  type Format,
  longestWayGates,
  productRegisters,
  registerEvents,
  registersOfMacs,
} from "./components.ts";
import { gatingIsFree, memoryParameters, zerosGatedIn } from "./memory-limits.ts";

/**
 * Every dense MAC, taps in the padding and unwanted gradients included, at `macs` a cycle; memory takes no time (assumed, D19).
 * Only the last cycle can be partly empty. No machine that skips nothing is faster, so what another machine gains
 * over it is gained by skipping. Forward and backward make as many MACs.
 *
 * Its energy: registers for two operands and a sum beside each MAC, and a buffer, from which a square array that shares
 * operands along its rows and columns reads two values a row and cycle: each operand macs / sqrt(macs) values a full cycle,
 * and no value less than once. Each operand comes from DRAM once and each result goes there once, uncompressed.
 */
export default accelerator({
  title: "Dense array with a perfect mapping and memory that takes no time",
  source: "ours: the upper bound of any machine of as many MACs that skips nothing",
  parameters: {
    macs: { value: 256, unit: "MACs", about: "multipliers, all busy in every cycle", max: 1048576 },
    format: {
      value: "bf16",
      choices: ["int8", "fp8", "int16", "bf16", "fp16", "fp32"],
      about: "values of maps and gradients; sums have 4 bytes; for energy alone",
    },
    clockMhz: { value: 200, unit: "MHz", about: "clock; cycles do not depend on it", max: 10000 },
    localBufferKib: { ...memoryParameters.localBufferKib, about: "buffer for operands, for energy and area" },
    globalBufferReadBytes: {
      ...memoryParameters.globalBufferReadBytes,
      about: "width of its port to read, and of its port to write, for energy and area",
    },
  },
  grows: "macs",
  free: [
    "Memory takes no time, whatever it would have to deliver.",
    "No MAC is ever idle but in the last cycle.",
    "Each operand and each result crosses DRAM's pins once, however small the buffer is.",
    "Control and addresses are not counted.",
    gatingIsFree,
  ],
  simulate: (occupancy, p, kernel) =>
    zerosGatedIn("wg", everyMac("wg", occupancy.layer, p), occupancy, kernel),
  forward: (occupancy, p, kernel) =>
    zerosGatedIn("ff", everyMac("ff", occupancy.layer, p), occupancy, kernel),
  backward: (occupancy, p, kernel) =>
    zerosGatedIn("bp", everyMac("bp", occupancy.layer, p), occupancy, kernel),
  components: ({ macs, format, clockMhz, localBufferKib, globalBufferReadBytes }) => ({
    clockMhz,
    format,
    macs,
    groupMacs: macs,
    peMacs: 1,
    longestWayGates: longestWayGates(format),
    logic: [broadcastTree(globalBufferReadBytes, macs)],
    memories: {
      ...registersOfMacs(macs, formatBytes[format]),
      ...productRegisters(macs),
      globalBuffer: bankedBuffer(localBufferKib * 1024, globalBufferReadBytes, globalBufferReadBytes),
    },
  }),
});

function everyMac(
  phase: Phase,
  layer: Layer,
  { macs, format }: { readonly macs: number; readonly format: Format },
): Activity {
  const bytes = formatBytes[format];
  const [fmap, emap, weights] = [fmapSize(layer), emapSize(layer), gradientSize(layer)].map((n) => n * bytes);
  const work = denseMacs(layer);
  const shared = Math.ceil((work * bytes) / Math.sqrt(macs));
  const [fmapRead, emapRead, weightsRead] = [fmap, emap, weights].map((once) => Math.max(once, shared));
  const ofWeights = { weightReadBytes: weightsRead, dramWeightReadBytes: weights };
  const moved = {
    ff: { fmapReadBytes: fmapRead, mapWriteBytes: emap, ...ofWeights },
    bp: { emapReadBytes: emapRead, dramEmapReadBytes: emap, mapWriteBytes: fmap, ...ofWeights },
    wg: {
      fmapReadBytes: fmapRead,
      emapReadBytes: emapRead,
      dramEmapReadBytes: emap,
      gradientWriteBytes: weights,
    },
  }[phase];
  const written = { ff: emap, bp: fmap, wg: weights }[phase];
  const cycles = Math.ceil(work / macs);
  return {
    cycles,
    macs,
    mapping: "perfect",
    breakdown: { ...emptyBreakdown(), busy: work, mapping: cycles * macs - work },
    events: {
      ...noEvents(),
      macs: work,
      ...moved,
      ...registerEvents(work, bytes),
      dramReadBytes: fmap + emap + weights - written,
      dramWriteBytes: written,
      dramRuns: 3,
    },
  };
}
