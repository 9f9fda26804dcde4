import { now } from "./agenda";
import { allocZeros, newQueue, Queue } from "./arena";
import { machine, mapping, run } from "./layout";
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
let latency: i64 = 0;
/** [team][slice][position slice] sets of sums that were freed; of the last `kept` of them, when they were */
let gone: usize = 0;
let freed: usize = 0;
let kept: i32 = 0;

export function startDrain(writePort: Port, memoryPort: Port): void {
  port = writePort;
  dram = memoryPort;
  queue = newQueue(offsetof<Waiting>());
  inQueue = lastWritten = sentBytes = 0;
  latency = run.drainLatency;
  const holders = <u64>mapping.teams * mapping.channelSlices * mapping.positionSlices;
  gone = allocZeros(holders * 4);
  kept = mapping.held + machine.listAhead + 2;
  freed = allocZeros(holders * kept * 8);
}

/** Cycle at which every gradient so far was in DRAM. */
export function writtenCycle(): i64 {
  return lastWritten;
}

export function writtenBytes(): i64 {
  return sentBytes;
}

function goneOf(sets: i32): i32 {
  return load<i32>(gone + ((<usize>sets) << 2));
}

/** The next set of a trace is free from `cycle` on. */
export function freeSet(sets: i32, cycle: i64): void {
  const sums = goneOf(sets);
  store<i64>(freedAt(sets, sums), cycle);
  store<i32>(gone + ((<usize>sets) << 2), sums + 1);
}

/** Cycle at which sums number `sums` of a trace have a set of their own; the last of all: not known yet. */
export function setFree(sets: i32, sums: i32): i64 {
  const before = sums - mapping.held;
  if (before < 0 || sets < 0) return 0;
  if (before >= goneOf(sets)) return i64.MAX_VALUE;
  // who asks so late has waited for something else
  if (before < goneOf(sets) - kept) return 0;
  return load<i64>(freedAt(sets, before));
}

function freedAt(sets: i32, sums: i32): usize {
  return freed + (<usize>sets * kept + (sums % kept)) * 8;
}

/** Cycles at which what was sent last began to leave, and had left. */
export let sentFrom: i64 = 0;
export let sentUntil: i64 = 0;

/** Sends `wanted` sums, in as many cycles as there are couples of them, from now on. */
export function send(wanted: i32, couples: i32): void {
  const bytes = <i64>wanted * machine.valueBytes;
  sentBytes += bytes;
  put(now, bytes, machine.unlimitedPorts ? 0 : couples);
}

/** Takes bytes that can be sent from `start` on, in `cycles` that follow each other; they wait for the queue to have room, and for the port. */
function put(start: i64, bytes: i64, cycles: i64): void {
  while (inQueue > 0 && inQueue + bytes > run.writeQueueBytes) {
    const oldest = changetype<Waiting>(queue.shift());
    inQueue -= oldest.bytes;
    start = max(start, oldest.written);
  }
  const end = max(start + cycles, port.transfer(start, bytes));
  const waiting = changetype<Waiting>(queue.push());
  waiting.bytes = bytes;
  waiting.written = dram.transfer(end + latency, bytes);
  lastWritten = max(lastWritten, waiting.written);
  inQueue += bytes;
  sentFrom = end - cycles;
  sentUntil = end;
}
