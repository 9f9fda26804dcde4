/** The machine's parameters and the layer's mapping, as the host wrote them. */

export let columns: i32 = 0;
export let rows: i32 = 0;
export let clusterSize: i32 = 0;
export let skipFmap: bool = false;
export let skipEmap: bool = false;
export let gradientSkip: bool = false;
export let intraColumn: bool = false;
export let slack: i32 = 0;
export let unlimitedPorts: bool = false;
export let valueBytes: i32 = 0;
export let vectorTaps: i32 = 0;
export let accumulators: i32 = 0;
/** bytes of a PE's emap buffer for one round */
export let emapRoom: i32 = 0;
export let fmapChunkSlots: i32 = 0;
export let columnEmapBytes: i32 = 0;
export let peFmapBytes: i32 = 0;
export let columnDrainSums: i32 = 0;
export let readBytes: i32 = 0;
export let writeBytes: i32 = 0;
export let dramMbps: i32 = 0;
export let clockMhz: i32 = 0;

export let domains: i32 = 0;
export let teamColumns: i32 = 0;
export let channelSlices: i32 = 0;
export let positionSlices: i32 = 0;
export let channelsPerPe: i32 = 0;
export let tapRows: i32 = 0;
export let residentKs: i32 = 0;
export let roundKs: i32 = 0;
export let bandRows: i32 = 0;
export let bandColumns: i32 = 0;

/** Maps that stay in the global buffer, and how the rest of it is divided. */
export let residentFmap: bool = false;
export let residentEmap: bool = false;
export let streamBytes: i32 = 0;
export let writeQueueBytes: i32 = 0;
/** different lists of k's, and of channels, in the residencies */
export let ksLists: i32 = 0;
export let channelLists: i32 = 0;
/** whether a list of channels is worked on with more than one list of k's */
export let reusesChannels: bool = false;

export let teams: i32 = 0;
export let teamsPerDomain: i32 = 0;
/** position slices over a whole team */
export let slices: i32 = 0;

let from: usize = 0;
function next(): i32 {
  const value = load<i32>(from);
  from += 4;
  return value;
}

/** Reads the numbers at `numbers`, 4 bytes each, in the order above. */
export function setMachine(numbers: usize): void {
  from = numbers;
  columns = next();
  rows = next();
  clusterSize = next();
  skipFmap = next() !== 0;
  skipEmap = next() !== 0;
  gradientSkip = next() !== 0;
  intraColumn = next() !== 0;
  slack = next();
  unlimitedPorts = next() !== 0;
  valueBytes = next();
  vectorTaps = next();
  accumulators = next();
  emapRoom = next();
  fmapChunkSlots = next();
  columnEmapBytes = next();
  peFmapBytes = next();
  columnDrainSums = next();
  readBytes = next();
  writeBytes = next();
  dramMbps = next();
  clockMhz = next();
  domains = next();
  teamColumns = next();
  channelSlices = next();
  positionSlices = next();
  channelsPerPe = next();
  tapRows = next();
  residentKs = next();
  roundKs = next();
  bandRows = next();
  bandColumns = next();
  residentFmap = next() !== 0;
  residentEmap = next() !== 0;
  streamBytes = next();
  writeQueueBytes = next();
  ksLists = next();
  channelLists = next();
  reusesChannels = next() !== 0;
  teams = columns / teamColumns;
  teamsPerDomain = teams / domains;
  slices = teamColumns * positionSlices;
}

export function compressedBytes(bits: i32, values: i32): i32 {
  return ((bits + 7) >> 3) + values * valueBytes;
}

export function ceilDivide(a: i32, b: i32): i32 {
  return (a + b - 1) / b;
}
