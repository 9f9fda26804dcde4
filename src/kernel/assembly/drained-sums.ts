import { now } from "./agenda";
import { newQueue, Queue } from "./arena";
import { columnAt, ofColumn, traceAt } from "./columns";
import { clearDoneSlices, doneSliceAt, doneSlices } from "./done-slices";
import * as drain from "./drain";
import { forgetSums } from "./items";
import { Cause, mapping } from "./layout";
import { pause, plan } from "./traces";
import { book } from "./waits";

/** Sums that leave: when all who hold them are done with them, and what their traces' pauses cost. */

/** Sums that leave later: their traces pause then. */
@unmanaged
class Pause {
  slice: i32;
  start: i64;
  cycles: i64;
}

let pauses: Queue = changetype<Queue>(0);
/** when the next of them do */
export let earliest: i64 = 0;
let drained: i64 = 0;

export function startDrainedSums(): void {
  pauses = newQueue(offsetof<Pause>());
  earliest = i64.MAX_VALUE;
  drained = 0;
}

export function drainedSums(): i64 {
  return drained;
}

/** Sends the sums of slices whose traces are all done with them, and pauses the traces whose sums leave from now on. */
export function drainSums(): void {
  for (let i = 0; i < doneSlices; i++) drainSlice(doneSliceAt(i));
  clearDoneSlices();
  if (earliest > now) return;
  earliest = i64.MAX_VALUE;
  for (let i = pauses.length; i > 0; i--) {
    const due = changetype<Pause>(pauses.shift());
    const slice = due.slice;
    const start = due.start;
    const cycles = due.cycles;
    if (start <= now) pauseSlice(slice, cycles);
    else pauseLater(slice, start, cycles);
  }
}

function pauseLater(slice: i32, start: i64, cycles: i64): void {
  const later = changetype<Pause>(pauses.push());
  later.slice = slice;
  later.start = start;
  later.cycles = cycles;
  earliest = min(earliest, start);
}

/** The first of the traces of a column, of team and channel slice, that hold the same channels. */
function holder(slice: i32, member: i32): i32 {
  const team = slice / mapping.channelSlices;
  return columnAt(team * mapping.teamColumns + member).firstTrace + (slice % mapping.channelSlices);
}

function pauseSlice(slice: i32, cycles: i64): void {
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let position = 0; position < mapping.positionSlices; position++)
      book(Cause.writeBack, pause(holder(slice, member) + position * mapping.channelSlices, cycles));
}

function drainSlice(slice: i32): void {
  const team = slice / mapping.channelSlices;
  let done = i32.MAX_VALUE;
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let position = 0; position < mapping.positionSlices; position++)
      done = min(done, traceAt(holder(slice, member) + position * mapping.channelSlices).next);
  while (drain.send(team, slice % mapping.channelSlices, done)) {
    if (drain.leaving > 0) {
      drained += <i64>drain.leaving * mapping.teamColumns * mapping.positionSlices;
      pauseLater(slice, drain.leaveFrom, drain.leaveTo - drain.leaveFrom);
    }
    tell(slice);
  }
  let sent = i32.MAX_VALUE;
  const first = team * mapping.channelSlices;
  for (let i = first; i < first + mapping.channelSlices; i++) sent = min(sent, drain.sentOf(i));
  forgetSums(team, sent);
}

/** Traces may have waited to know when sums of this slice leave; those that the mapping does not use, too. */
function tell(slice: i32): void {
  for (let member = 0; member < mapping.teamColumns; member++) {
    const first = holder(slice, member);
    const end = first - (slice % mapping.channelSlices) + ofColumn;
    for (let i = first; i < end; i += mapping.channelSlices) {
      const trace = traceAt(i);
      if (trace.mac < 0 && trace.startAt === i64.MAX_VALUE) plan(trace, i);
    }
  }
}
