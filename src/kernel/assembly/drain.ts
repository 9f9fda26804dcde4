import { alloc, allocZeros, newQueue, Queue } from "./arena";
import { DramPort } from "./dram-port";
import { layer, machine, mapping, run } from "./layout";
import * as maps from "./maps";
import { Port } from "./port";
import { Residency } from "./residency";

/** Gradient sums on their way out of the PEs, through the write port and its queue, into DRAM. */

@unmanaged
class Waiting {
  bytes: i64;
  written: i64;
}

let dram: DramPort = changetype<DramPort>(0);
let port: Port = changetype<Port>(0);
let queue: Queue = changetype<Queue>(0);
let inQueue: i64 = 0;
let lastWritten: i64 = 0;
let sentBytes: i64 = 0;
/** k's whose sums a PE holds */
let held: i32 = 0;
/** [team] k's that have left; [team][k modulo held] the cycle at which it had */
let leftCount: usize = 0;
let left: usize = 0;
/** [team][place] cycle at which the team was done with a k in the episode at hand; [team] k's sent */
let ready: usize = 0;
let sent: usize = 0;
/** [team] cycle at which it can send its next k; the last one when it has none */
let next: usize = 0;

export function startDrain(writePort: Port, memoryPort: DramPort): void {
  port = writePort;
  dram = memoryPort;
  queue = newQueue(offsetof<Waiting>());
  inQueue = lastWritten = sentBytes = 0;
  held = machine.accumulators / (mapping.channelsPerPe * mapping.tapRows * layer.S);
  leftCount = allocZeros(<u64>mapping.teams * 4);
  left = alloc(<u64>mapping.teams * held * 8);
  ready = alloc(<u64>mapping.teams * held * 8);
  sent = alloc(mapping.teams * 4);
  next = alloc(mapping.teams * 8);
}

/** Cycle at which every gradient so far was in DRAM. */
export function writtenCycle(): i64 {
  return lastWritten;
}

export function writtenBytes(): i64 {
  return sentBytes;
}

/** Cycle at which the i-th k of a team, counted over the whole layer, had left. */
function leftAt(team: i32, i: i32): i64 {
  return i < 0 ? 0 : load<i64>(left + (team * held + (i % held)) * 8);
}

/** Cycle at which a team has room for `ks` k's more than those of the residencies before. */
export function roomFor(team: i32, ks: i32): i64 {
  return leftAt(team, load<i32>(leftCount + team * 4) + ks - 1 - held);
}

export function startReady(): void {
  memory.fill(ready, 0, mapping.teams * held * 8);
}

/** A column of the team is done with places first .. last-1 at `cycle`. */
export function setReady(team: i32, first: i32, last: i32, cycle: i64): void {
  for (let at = ready + (team * held + first) * 8; first < last; first++, at += 8)
    store<i64>(at, max(load<i64>(at), cycle));
}

/** Finds out when a team can send its next k. */
function lookAt(residency: Residency, team: i32): void {
  let cycle = i64.MAX_VALUE;
  if (load<i32>(sent + team * 4) < residency.kCount(team)) {
    const done = load<i64>(ready + (team * held + load<i32>(sent + team * 4)) * 8);
    cycle = max(done, leftAt(team, load<i32>(leftCount + team * 4) - 1));
  }
  store<i64>(next + team * 8, cycle);
}

/** Sends a residency's sums: of all teams, the one that can send first does. */
export function send(residency: Residency): void {
  memory.fill(sent, 0, mapping.teams * 4);
  for (let team = 0; team < mapping.teams; team++) lookAt(residency, team);
  for (;;) {
    let first = 0;
    let earliest = i64.MAX_VALUE;
    for (let team = 0; team < mapping.teams; team++) {
      const cycle = load<i64>(next + team * 8);
      if (cycle >= earliest) continue;
      earliest = cycle;
      first = team;
    }
    if (earliest === i64.MAX_VALUE) return;
    const place = load<i32>(sent + first * 4);
    sumsOf(residency, first / mapping.teamsPerDomain, residency.k(first, place));
    const bytes = sums * machine.valueBytes;
    const cycles = machine.unlimitedPorts
      ? 0
      : max((sums + machine.columnDrainSums - 1) / machine.columnDrainSums, mostOfPe);
    const gone = put(earliest, bytes, cycles);
    const count = load<i32>(leftCount + first * 4);
    store<i64>(left + (first * held + (count % held)) * 8, gone);
    store<i32>(leftCount + first * 4, count + 1);
    store<i32>(sent + first * 4, place + 1);
    lookAt(residency, first);
    sentBytes += bytes;
  }
}

/** Wanted sums of a k over a column's PEs, and in the PE that holds most. */
let sums: i64 = 0;
let mostOfPe: i64 = 0;

function sumsOf(residency: Residency, domain: i32, k: i32): void {
  const firstTap = residency.r0 * layer.S;
  const lastTap = residency.r1 * layer.S;
  const skip = machine.gradientSkip && layer.masked;
  sums = mostOfPe = 0;
  for (let slice = domain * mapping.channelSlices; slice < (domain + 1) * mapping.channelSlices; slice++) {
    let ofPe: i64 = <i64>residency.channelCount(slice) * (lastTap - firstTap);
    if (skip) {
      ofPe = 0;
      for (let i = residency.firstChannel(slice); i < residency.firstChannel(slice + 1); i++)
        ofPe += maps.wantedTaps(k, maps.inGroup(residency.channel(i)), firstTap, lastTap);
    }
    sums += ofPe;
    mostOfPe = max(mostOfPe, ofPe);
  }
}

/** Takes `bytes` that a column can send from `start` on, in no less than `columnCycles`; when they have left it. */
function put(start: i64, bytes: i64, columnCycles: i64): i64 {
  while (inQueue > 0 && inQueue + bytes > run.writeQueueBytes) {
    const oldest = changetype<Waiting>(queue.shift());
    inQueue -= oldest.bytes;
    start = max(start, oldest.written);
  }
  const most = <i32>(columnCycles === 0 ? bytes : (bytes + columnCycles - 1) / columnCycles);
  const gone = max(start + columnCycles, port.transfer(start, bytes, most));
  const waiting = changetype<Waiting>(queue.push());
  waiting.bytes = bytes;
  waiting.written = dram.transfer(gone, bytes);
  lastWritten = max(lastWritten, waiting.written);
  inQueue += bytes;
  return gone;
}
