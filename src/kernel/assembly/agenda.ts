import { allocZeros, newQueue, Queue } from "./arena";

/**
 * Cycles at which something may happen. MACs and traces are nodes, each here at most once: those of the next cycles in a wheel of one
 * list a cycle, those after them in a heap. A list is a chain from node to node. Wakes, of which there may be any number, are cycles at which the array looks around.
 */

const wheelBits: i32 = 12;
const wheelCycles: i32 = 1 << wheelBits;
const slotMask: i32 = wheelCycles - 1;

/** What may have a place in the agenda begins with one. */
@unmanaged
export class Node {
  /** the node behind it in its list; to be asked for before this one is put anywhere else */
  behind: Node | null;
}

/** [cycle modulo wheelCycles] the first node of its list */
let heads: usize = 0;
/** which of the lists have a node, and which words of these flags are not zero */
let flags: usize = 0;
let words: u64 = 0;
export let now: i64 = 0;

@unmanaged
class Far {
  cycle: i64;
  node: Node | null;
}

/** binary heaps, the earliest first */
let far: Queue = changetype<Queue>(0);
let wakes: Queue = changetype<Queue>(0);
let firstInHeaps: i64 = 0;

export function startAgenda(): void {
  heads = allocZeros(wheelCycles * 4);
  flags = allocZeros(wheelCycles / 8);
  words = 0;
  now = soonest = 0;
  far = newQueue(offsetof<Far>());
  wakes = newQueue(offsetof<Far>());
  firstInHeaps = i64.MAX_VALUE;
}

function push(heap: Queue, cycle: i64, node: Node | null): void {
  firstInHeaps = min(firstInHeaps, cycle);
  heap.push();
  let i = heap.length - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = changetype<Far>(heap.at(parent));
    if (above.cycle <= cycle) break;
    memory.copy(heap.at(i), heap.at(parent), offsetof<Far>());
    i = parent;
  }
  const at = changetype<Far>(heap.at(i));
  at.cycle = cycle;
  at.node = node;
}

function cycleAt(heap: Queue, i: i32): i64 {
  return changetype<Far>(heap.at(i)).cycle;
}

function removeFirst(heap: Queue): Node | null {
  const first = changetype<Far>(heap.at(0)).node;
  const last = changetype<Far>(heap.at(--heap.length));
  const cycle = last.cycle;
  const node = last.node;
  let i = 0;
  for (;;) {
    let least = 2 * i + 1;
    if (least >= heap.length) break;
    if (least + 1 < heap.length && cycleAt(heap, least + 1) < cycleAt(heap, least)) least++;
    if (cycleAt(heap, least) >= cycle) break;
    memory.copy(heap.at(i), heap.at(least), offsetof<Far>());
    i = least;
  }
  const at = changetype<Far>(heap.at(i));
  at.cycle = cycle;
  at.node = node;
  return first;
}

/** Puts a node that is not in the agenda to a cycle from `soonest` on. */
export function put(node: Node, cycle: i64): void {
  if (cycle - now >= wheelCycles) push(far, cycle, node);
  else putInWheel(node, <i32>cycle & slotMask);
}

function putInWheel(node: Node, slot: i32): void {
  const head = heads + (slot << 2);
  node.behind = load<Node | null>(head);
  store<Node>(head, node);
  const word = flags + ((slot >> 6) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (slot & 63)));
  words |= (<u64>1) << (slot >> 6);
}

/** The first cycle to which a node may be put: this one, until its nodes have been taken. */
export let soonest: i64 = 0;

/** The array looks around at `cycle`, or as soon as it can. */
export function wake(cycle: i64): void {
  push(wakes, max(cycle, now + 1), null);
}

/** The first cycle after `now` with a node in the wheel; the last of all if there is none. */
function nextInWheel(): i64 {
  if (words === 0) return i64.MAX_VALUE;
  const from = (<i32>now + 1) & slotMask;
  const word = from >> 6;
  const here = load<u64>(flags + (word << 3)) & (~(<u64>0) << (from & 63));
  let slot: i32;
  if (here !== 0) slot = (word << 6) + <i32>ctz(here);
  else {
    const later = words & ((~(<u64>0) << word) << 1);
    const other = <i32>ctz(later !== 0 ? later : words);
    slot = (other << 6) + <i32>ctz(load<u64>(flags + (other << 3)));
  }
  return now + 1 + ((slot - from) & slotMask);
}

/** Whether the array was asked to look around at the cycle that `advance` came to. */
export let woken: bool = false;

/** Goes on to the next cycle at which something may happen, at most to `latest`; false when there is none. */
export function advance(latest: i64): bool {
  const next = min(min(latest, nextInWheel()), firstInHeaps);
  if (next === i64.MAX_VALUE) return false;
  now = soonest = next;
  woken = false;
  if (firstInHeaps <= next) takeFromHeaps();
  return true;
}

function takeFromHeaps(): void {
  while (far.length > 0 && cycleAt(far, 0) === now) putInWheel(removeFirst(far)!, <i32>now & slotMask);
  while (wakes.length > 0 && cycleAt(wakes, 0) <= now) {
    removeFirst(wakes);
    woken = true;
  }
  firstInHeaps = far.length > 0 ? cycleAt(far, 0) : i64.MAX_VALUE;
  if (wakes.length > 0) firstInHeaps = min(firstInHeaps, cycleAt(wakes, 0));
}

/** Takes all nodes of this cycle out of the agenda. Returns the first. */
export function takeAll(): Node | null {
  soonest = now + 1;
  const slot = <i32>now & slotMask;
  const head = heads + (slot << 2);
  const first = load<Node | null>(head);
  if (first === null) return null;
  store<usize>(head, 0);
  const word = flags + ((slot >> 6) << 3);
  const left = load<u64>(word) & ~((<u64>1) << (slot & 63));
  store<u64>(word, left);
  if (left === 0) words &= ~((<u64>1) << (slot >> 6));
  return first;
}
