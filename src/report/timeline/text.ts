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
/** PEs of a column, from 0; beyond them another sign. */
const numbers = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const beyond = "*";
const cyclesInLine = 60;

/**
 * A timeline of at least one cycle, to read: a line for each MAC, a character for each cycle; then what the MACs of each PE did in all
 * of them. A MAC that helps shows which PE of its column it multiplies for.
 */
export function timelineText(timeline: Timeline): string {
  const { spans, macs, column, layerCycles } = timeline;
  const [from, to] = [spans[0][0].from, spans[0].at(-1)!.to];
  const blocks: string[] = [];
  for (let start = from; start < to; start += cyclesInLine) {
    const end = Math.min(to, start + cyclesInLine);
    const lines = spans.map((_, mac) => {
      const [pe, ofPe] = [Math.floor(mac / macs), mac % macs];
      return `PE ${String(pe).padStart(3)} MAC ${ofPe} ${line(timeline, mac, start, end)}`;
    });
    blocks.push([`cycle ${start}`, ...lines].join("\n"));
  }
  return [
    `column ${column}, cycles ${grouped(from)} to ${grouped(to - 1)} of ${grouped(layerCycles)}`,
    ...blocks,
    legend(timeline),
    shares(timeline),
  ].join("\n\n");
}

const line = ({ spans, macs }: Timeline, mac: number, start: number, end: number): string =>
  spans[mac]
    .filter((span) => span.from < end && span.to > start)
    .map(({ from, to, state }) =>
      sign(state, Math.floor(mac / macs)).repeat(Math.min(to, end) - Math.max(from, start)),
    )
    .join("");

function sign(state: MacState, pe: number): string {
  if (typeof state !== "number") return signs[state];
  return state === pe ? own : (numbers[state] ?? beyond);
}

function legend(timeline: Timeline): string {
  const seen = new Set(timeline.spans.flatMap((own) => own.map(({ state }) => state)));
  const causes = Object.entries(idleCauses).filter(([cause]) => seen.has(cause as IdleCause));
  return [
    `  ${own}  multiplies a pair of its own PE`,
    ...(helping(timeline) ? [`0-Z  multiplies for the PE of that number: ${order(timeline.pes)}`] : []),
    ...causes.map(([cause, meaning]) => `  ${signs[cause as IdleCause]}  ${inWords(cause)}: ${meaning}`),
  ].join("\n");
}

const order = (pes: number): string =>
  `0 to 9, then a to z, then A to Z${pes > numbers.length ? `, then all others as ${beyond}` : ""}`;

const helping = ({ spans, macs }: Timeline): boolean =>
  spans.some((own, mac) =>
    own.some(({ state }) => typeof state === "number" && state !== Math.floor(mac / macs)),
  );

/** What the MACs of each PE did: pairs of their own PE, pairs of others; pairs that others did for it; and the rest. */
function shares({ spans, pes, macs }: Timeline): string {
  const counts = Array.from({ length: pes }, () => ({ own: 0, helps: 0, helped: 0, idle: 0 }));
  for (const [mac, own] of spans.entries()) {
    const pe = Math.floor(mac / macs);
    for (const { from, to, state } of own) {
      if (typeof state !== "number") counts[pe].idle += to - from;
      else if (state === pe) counts[pe].own += to - from;
      else {
        counts[pe].helps += to - from;
        counts[state].helped += to - from;
      }
    }
  }
  return plainTable({
    head: [["PE", "own pairs", "helps", "is helped", "idle MAC-cycles", "busy"]],
    rows: counts.map(({ own, helps, helped, idle }, pe) => [
      String(pe),
      grouped(own),
      grouped(helps),
      grouped(helped),
      grouped(idle),
      percent((own + helps) / (own + helps + idle)),
    ]),
    left: [],
  });
}
