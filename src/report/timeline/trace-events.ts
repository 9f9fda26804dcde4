import { type IdleCause, idleCauses } from "../../events.ts";
import type { MacState, Timeline } from "../../hardware/timeline/timeline.ts";
import { inWords } from "../format.ts";

/**
 * A timeline of at least one cycle in Chrome's trace-event format (JSON), which Perfetto and chrome://tracing open: a track for each
 * MAC, a slice for as long as it does the same. A cycle is shown as a microsecond, so that every time is a whole number.
 */
export function timelineTraceEvents(
  { spans, macs, column, layerCycles }: Timeline,
  layer: string,
  clockMhz: number,
): string {
  const pid = 1;
  const named = (name: string, tid: number, args: object) => ({ ph: "M", pid, tid, name, args });
  const tracks = spans.flatMap((_, mac) => [
    named("thread_name", mac + 1, { name: `PE ${Math.floor(mac / macs)} MAC ${mac % macs}` }),
    named("thread_sort_index", mac + 1, { sort_index: mac }),
  ]);
  const slices = spans.flatMap((own, mac) =>
    own.map(({ from, to, state }) => ({
      ph: "X",
      pid,
      tid: mac + 1,
      ts: from,
      dur: to - from,
      ...sliceOf(state, Math.floor(mac / macs)),
    })),
  );
  const events = [named("process_name", 0, { name: `${layer}, column ${column}` }), ...tracks, ...slices];
  const lines = events.map((event) => JSON.stringify(event)).join(",\n");
  const about = { layer, column, layerCycles, clockMhz, microsecond: "a cycle" };
  return `{"otherData":${JSON.stringify(about)},"traceEvents":[\n${lines}\n]}\n`;
}

const sliceOf = (state: MacState, pe: number) =>
  typeof state === "number"
    ? { cat: "busy", name: state === pe ? "own PE" : `for PE ${state}`, args: { pe: state } }
    : { cat: "idle", name: inWords(state), args: { why: idleCauses[state satisfies IdleCause] } };
