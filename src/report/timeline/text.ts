import { type IdleCause, idleCauses } from "../../events.ts";
import type { MacState, Timeline } from "../../hardware/timeline/timeline.ts";
import { grouped, inWords, percent } from "../format.ts";
import { plainTable } from "../plain-table.ts";

/** A character for each idle cause, none of which is a digit or a letter that stands for a PE. */
const signs: Readonly<Record<IdleCause, string>> = {
  ...{ columnImbalance: ".", betweenColumns: "|", mapping: " ", validDataTrace: "?", fmapLoad: "<" },
  ...{ emapLoad: ">", writeBack: "^", dram: "~", fillDrain: "-" },
};
const own = "#";
const cyclesInLine = 100;

/**
 * A timeline of at least one cycle, to read: a line for each PE, a character for each cycle; then what each PE did in all of them. A helper shows
 * the last digit, to base 36, of the PE that it multiplies for.
 */
export function timelineText(timeline: Timeline): string {
  const { spans, pes, column, layerCycles } = timeline;
  const [from, to] = [spans[0].from, spans.at(-1)!.to];
  const blocks: string[] = [];
  for (let start = from; start < to; start += cyclesInLine) {
    const end = Math.min(to, start + cyclesInLine);
    const lines = Array.from(
      { length: pes },
      (_, pe) => `PE ${String(pe).padStart(3)} ${line(timeline, pe, start, end)}`,
    );
    blocks.push([`cycle ${start}`, ...lines].join("\n"));
  }
  return [
    `column ${column}, cycles ${grouped(from)} to ${grouped(to - 1)} of ${grouped(layerCycles)}`,
    ...blocks,
    legend(timeline),
    shares(timeline),
  ].join("\n\n");
}

function line({ spans }: Timeline, pe: number, start: number, end: number): string {
  return spans
    .filter((span) => span.from < end && span.to > start)
    .map(({ from, to, states }) => sign(states[pe], pe).repeat(Math.min(to, end) - Math.max(from, start)))
    .join("");
}

const sign = (state: MacState, pe: number): string =>
  typeof state !== "number" ? signs[state] : state === pe ? own : (state % 36).toString(36);

function legend({ spans }: Timeline): string {
  const seen = new Set(spans.flatMap(({ states }) => states));
  const causes = Object.entries(idleCauses).filter(([cause]) => seen.has(cause as IdleCause));
  return [
    `  ${own}  multiplies a pair of its own`,
    ...(helping(spans) ? ["0-z  multiplies for that PE of its cluster"] : []),
    ...causes.map(([cause, meaning]) => `  ${signs[cause as IdleCause]}  ${inWords(cause)}: ${meaning}`),
  ].join("\n");
}

const helping = (spans: Timeline["spans"]): boolean =>
  spans.some(({ states }) => states.some((state, pe) => typeof state === "number" && state !== pe));

/** What each PE did: pairs of its own, pairs of others, pairs that others did for it, and the rest. */
function shares({ spans, pes }: Timeline): string {
  const counts = Array.from({ length: pes }, () => ({ own: 0, helps: 0, helped: 0, idle: 0 }));
  let cycles = 0;
  for (const { from, to, states } of spans) {
    cycles += to - from;
    for (const [pe, state] of states.entries()) {
      const count = counts[pe];
      if (typeof state !== "number") count.idle += to - from;
      else if (state === pe) count.own += to - from;
      else {
        count.helps += to - from;
        counts[state].helped += to - from;
      }
    }
  }
  return plainTable({
    head: [["PE", "own pairs", "helps", "is helped", "idle", "busy"]],
    rows: counts.map(({ own, helps, helped, idle }, pe) => [
      ...[String(pe), grouped(own), grouped(helps), grouped(helped), grouped(idle)],
      percent((own + helps) / cycles),
    ]),
    left: [],
  });
}
