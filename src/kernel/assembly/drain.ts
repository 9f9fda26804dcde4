import { now } from "./agenda";
import { allocZeros, newQueue, Queue } from "./arena";
import { machine, mapping, run, traceDrainSums } from "./layout";
import { Port } from "./port";

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
/** [team][slice] sums that left; of the last `kept` of them, when they had left */
let gone: usize = 0;
let left: usize = 0;
let kept: i32 = 0;

export function startDrain(writePort: Port, memoryPort: Port): void {
  port = writePort;
  dram = memoryPort;
  queue = newQueue(offsetof<Waiting>());
  inQueue = lastWritten = sentBytes = 0;
  const slices = <u64>mapping.teams * mapping.channelSlices;
  gone = allocZeros(slices * 4);
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

function goneOf(slice: i32): i32 {
  return load<i32>(gone + ((<usize>slice) << 2));
}

/** The next sums of a slice have left at `cycle`, or will have; not before the last ones: sets are a ring. */
export function leave(slice: i32, cycle: i64): void {
  const sums = goneOf(slice);
  const before: i64 = sums > 0 ? load<i64>(leftAt(slice, sums - 1)) : 0;
  store<i64>(leftAt(slice, sums), max(cycle, before));
  store<i32>(gone + ((<usize>slice) << 2), sums + 1);
}

/** Cycle at which sums number `sums` of a slice of a team have a set of their own; the last of all: not known yet. */
export function setFree(slice: i32, sums: i32): i64 {
  const before = sums - mapping.held;
  if (before < 0) return 0;
  if (before >= goneOf(slice)) return i64.MAX_VALUE;
  // who asks so late has waited for something else
  if (before < goneOf(slice) - kept) return 0;
  return load<i64>(leftAt(slice, before));
}

function leftAt(slice: i32, sums: i32): usize {
  return left + (<usize>slice * kept + (sums % kept)) * 8;
}

/** Sends `wanted` sums from now on. Returns the cycle at which they have left. */
export function send(wanted: i32): i64 {
  const bytes = <i64>wanted * machine.valueBytes;
  sentBytes += bytes;
  return put(now, bytes, machine.unlimitedPorts ? 0 : (wanted + traceDrainSums - 1) / traceDrainSums);
}

/** Takes bytes that can be sent from `start` on, in no less than `cycles`; they wait until the queue has room. */
function put(start: i64, bytes: i64, cycles: i64): i64 {
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
  return end;
}
