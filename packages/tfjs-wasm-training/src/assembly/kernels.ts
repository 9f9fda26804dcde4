// The module: kernels on f32 maps [N][H][W][C] in the memory of TensorFlow.js's wasm backend. It has no memory and no data
// of its own. Every pointer comes from the host, which also gives the scratch. Pointers are bytes, and so is every number
// called pitch, step or bytes; counts are of floats, rows or positions.

export { convolveDense, packColumns } from "./convolve-dense";
export { convolveListed, listRows } from "./convolve-listed";
export { convolveWanted } from "./convolve-wanted";
export { density, hasNonFinite } from "./count";
export { depthwiseFilter, depthwiseGather } from "./depthwise";
export { clippedGradient, spread } from "./elementwise";
export { frameFours, frameRows, offsets } from "./frame";
export { maxPoolGradient } from "./max-pool";
export {
  addToColumns,
  batchNormSums,
  fill,
  normalizeColumns,
  normalizingFactors,
  scaleColumns,
  sumRows,
} from "./reduce";
export { copyBlocks, foldGroups, repeatBlocks, repeatElements, segmentSum, zero } from "./rows";
export { transpose } from "./transpose";
export { addOuterProducts, packRows } from "./weight-gradient-dense";
export { addLists, listChannels } from "./weight-gradient-listed";
export { addWanted, clearListed } from "./weight-gradient-wanted";
