import { type IdleCause, idleCauses } from "../../events.ts";
import type { MacState, Timeline } from "../../hardware/timeline/timeline.ts";
import { grouped, inWords, percent } from "../format.ts";
import { plainTable } from "../plain-table.ts";

/** A character for each idle cause, none of which is a digit or a letter that stands for a PE. */
const signs: Readonly<Record<IdleCause, string>> = {
  columnImbalance: ".",
  betweenColumns: "|",
  mapping: " ",
  validDataTrace: "?",
  fmapLoad: "<",
  emapLoad: ">",
  writeBack: "^",
  dram: "~",
  fillDrain: "-",
};
const own = "#";
/** PEs of a cluster, from 0; beyond them another sign. */
const numbers = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const beyond = "*";
const cyclesInLine = 100;

/**
 * A timeline of at least one cycle, to read: a line for each PE, a character for each cycle; then what each PE did in all of
 * them. A helper shows which PE of its cluster it multiplies for.
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

function line({ spans, clusterSize }: Timeline, pe: number, start: number, end: number): string {
  return spans
    .filter((span) => span.from < end && span.to > start)
    .map(({ from, to, states }) =>
      sign(states[pe], pe, clusterSize).repeat(Math.min(to, end) - Math.max(from, start)),
    )
    .join("");
}

function sign(state: MacState, pe: number, clusterSize: number): string {
  if (typeof state !== "number") return signs[state];
  return state === pe ? own : (numbers[state % clusterSize] ?? beyond);
}

function legend({ spans, clusterSize }: Timeline): string {
  const seen = new Set(spans.flatMap(({ states }) => states));
  const causes = Object.entries(idleCauses).filter(([cause]) => seen.has(cause as IdleCause));
  return [
    `  ${own}  multiplies a pair of its own`,
    ...(helping(spans)
      ? [`0-Z  multiplies for the PE of that number in its cluster: ${order(clusterSize)}`]
      : []),
    ...causes.map(([cause, meaning]) => `  ${signs[cause as IdleCause]}  ${inWords(cause)}: ${meaning}`),
  ].join("\n");
}

const order = (clusterSize: number): string =>
  `0 to 9, then a to z, then A to Z${clusterSize > numbers.length ? `, then all others as ${beyond}` : ""}`;

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
      String(pe),
      grouped(own),
      grouped(helps),
      grouped(helped),
      grouped(idle),
      percent((own + helps) / cycles),
    ]),
    left: [],
  });
}
