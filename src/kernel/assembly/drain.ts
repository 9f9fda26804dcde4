import { now } from "./agenda";
import { allocZeros, newQueue, Queue } from "./arena";
import { lastItem } from "./items";
import { layer, machine, mapping, run, traceDrainSums } from "./layout";
import { Port } from "./port";
import { wantedOfSlice } from "./residency";

/** Gradient sums on their way out of the traces, through the write port and its queue, into DRAM. */

@unmanaged
class Waiting {
  bytes: i64;
  written: i64;
}

let dram: Port = changetype<Port>(0);
let port: Port = changetype<Port>(0);
let queue: Queue = changetype<Queue>(0);
let inQueue: i64 = 0;
let lastWritten: i64 = 0;
let sentBytes: i64 = 0;
/** [team][lane] cycle at which it is free */
let lanesFree: usize = 0;
/** [team][slice] sums that have been sent; of the last `kept` of them, when they had left */
let sent: usize = 0;
let left: usize = 0;
let kept: i32 = 0;

export function startDrain(writePort: Port, memoryPort: Port): void {
  port = writePort;
  dram = memoryPort;
  queue = newQueue(offsetof<Waiting>());
  inQueue = lastWritten = sentBytes = 0;
  lanesFree = allocZeros(<u64>mapping.teams * machine.drainLanes * 8);
  const slices = <u64>mapping.teams * mapping.channelSlices;
  sent = allocZeros(slices * 4);
  kept = mapping.held + machine.listAhead + 2;
  left = allocZeros(slices * kept * 8);
}

/** Cycle at which every gradient so far was in DRAM. */
export function writtenCycle(): i64 {
  return lastWritten;
}

export function writtenBytes(): i64 {
  return sentBytes;
}

export function sentOf(slice: i32): i32 {
  return load<i32>(sent + ((<usize>slice) << 2));
}

/** Cycle at which sums number `sums` of a slice of a team have a set of their own; the last of all: not known yet. */
export function setFree(slice: i32, sums: i32): i64 {
  const before = sums - mapping.held;
  if (before < 0) return 0;
  if (before >= sentOf(slice)) return i64.MAX_VALUE;
  // who asks so late has waited for something else
  if (before < sentOf(slice) - kept) return 0;
  return load<i64>(leftAt(slice, before));
}

function leftAt(slice: i32, sums: i32): usize {
  return left + (<usize>slice * kept + (sums % kept)) * 8;
}

/** When the sums that `send` sent last leave, from and to. */
export let leaveFrom: i64 = 0;
export let leaveTo: i64 = 0;
/** How many they are. */
export let leaving: i32 = 0;

/** Sends a slice's next sums, of the items before `done`; false when there are none. `leaving` is 0 where none is wanted. */
export function send(team: i32, channelSlice: i32, done: i32): bool {
  const slice = team * mapping.channelSlices + channelSlice;
  const sums = sentOf(slice);
  const item = lastItem(team, sums);
  if (item === null || item.number >= done) return false;
  const domain = team / mapping.teamsPerDomain;
  const masked = machine.gradientSkip && layer.masked;
  leaving = wantedOfSlice(item.residency, item.k, domain * mapping.channelSlices + channelSlice, masked);
  leaveTo = now;
  if (leaving > 0) leave(team);
  store<i64>(leftAt(slice, sums), leaveTo);
  store<i32>(sent + ((<usize>slice) << 2), sums + 1);
  return true;
}

/** Takes the first free lane of a team. */
function leave(team: i32): void {
  const lanes = lanesFree + team * machine.drainLanes * 8;
  let lane = lanes;
  for (let i = 1; i < machine.drainLanes; i++)
    if (load<i64>(lanes + i * 8) < load<i64>(lane)) lane = lanes + i * 8;
  const bytes = <i64>leaving * machine.valueBytes;
  const cycles = machine.unlimitedPorts ? 0 : (leaving + traceDrainSums - 1) / traceDrainSums;
  put(max(now, load<i64>(lane)), bytes, cycles);
  store<i64>(lane, leaveTo);
  sentBytes += bytes;
}

/** Takes bytes that can be sent from `start` on, in no less than `cycles`; they wait until the queue has room. */
function put(start: i64, bytes: i64, cycles: i64): void {
  while (inQueue > 0 && inQueue + bytes > run.writeQueueBytes) {
    const oldest = changetype<Waiting>(queue.shift());
    inQueue -= oldest.bytes;
    start = max(start, oldest.written);
  }
  const end = max(start + cycles, port.transfer(start, bytes));
  const waiting = changetype<Waiting>(queue.push());
  waiting.bytes = bytes;
  waiting.written = dram.transfer(end, bytes);
  lastWritten = max(lastWritten, waiting.written);
  inQueue += bytes;
  leaveFrom = start;
  leaveTo = end;
}
