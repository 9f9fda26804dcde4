import { simulateLayer } from "../../dist/hardware/array/controller.js";
import { flattenPointwise } from "../../dist/hardware/dataflow/flatten.js";
import { layerStatistics } from "../../dist/hardware/dataflow/layer-statistics.js";
import { swgParameters } from "../../dist/hardware/parameters.js";
import { columnTimeline } from "../../dist/hardware/timeline/timeline.js";
import { slotsOf, windowBits } from "../../dist/hardware/valid-data-trace/job.js";
import { fastMapping } from "../../dist/kernel/wasm.js";
import { defaults, withValues } from "../../dist/parameter.js";
import { withFont } from "../../dist/report/figures/font.js";
import { timelineFigure } from "../../dist/report/timeline/figure.js";
import { openTrace } from "../../dist/trace/file.js";
import { convolution } from "../../dist/workload/layer.js";
import { bar, box, green, grey, orange, picture, range, rule, sky, text, vermilion } from "./picture.mjs";

const bitsOf = (maps) => Uint8Array.from(maps.flat().join(""), Number);

/** The layer of the example, and its jobs as the cycle model runs them. */
function runExample({ shape, machine, mapping, fmap, emap }) {
  const plain = { groups: 1, stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] };
  const layer = convolution({ name: "worked example", ...shape, ...plain });
  const occupancy = { layer, fmap: bitsOf(fmap), emap: bitsOf(emap) };
  const parameters = withValues("swg", swgParameters, machine);
  const jobs = [];
  const watch = {
    job: (mac, trace, { pairs, cycles }, start) =>
      jobs.push({ mac, trace, pairs, start, end: start + cycles }),
    waited: () => undefined,
  };
  const watchOf = () => watch;
  const { cycles } = simulateLayer(occupancy, layerStatistics(occupancy), mapping, parameters, { watchOf });
  return { occupancy, jobs, cycles };
}

const traceColours = [orange, green, vermilion];

/** What happens when in the example: what goes in and out as worked out by hand, the jobs as the cycle model has them. */
export function workedPicture(example) {
  const { jobs, cycles } = runExample(example);
  const [left, top, step, height] = [150, 56, 7.6, 24];
  const x = (cycle) => left + cycle * step;
  const rowsOf = [
    ...example.transfers,
    ...range(2).map((mac) => ({
      name: `MAC ${mac}`,
      spans: jobs
        .filter((job) => job.mac === mac)
        .map(({ trace, start, end, pairs }) => ({
          from: start,
          to: end,
          says: `${trace}: ${pairs}`,
          colour: traceColours[trace],
        })),
    })),
    ...example.drains,
  ];
  const bottom = top + rowsOf.length * height;
  const ticks = range(Math.floor(cycles / 10) + 1).map((i) => 10 * i);
  const title = `The worked example in time: ${cycles} cycles from the first byte out of DRAM to the last one back in it`;
  return picture(760, bottom + 44, title, [
    text(left, 22, title.slice(0, title.indexOf(":")), { bold: true }),
    text(
      left,
      40,
      "colours: trace 0 orange, trace 1 green, trace 2 red; a job says its trace and its pairs",
      { size: 12, soft: true },
    ),
    ticks.map((cycle) => [
      rule(x(cycle), top, x(cycle), bottom),
      text(x(cycle), bottom + 16, `${cycle}`, { anchor: "middle", size: 12 }),
    ]),
    text(x(cycles / 2), bottom + 34, "cycle", { anchor: "middle", size: 13 }),
    rowsOf.map(({ name, spans }, row) => [
      text(left - 10, top + row * height + 17, name, { anchor: "end", size: 13 }),
      spans.map(({ from, to, says, trace, colour = trace === undefined ? sky : traceColours[trace] }) => [
        bar(x(from), top + row * height + 3, (to - from) * step - 1, height - 6, colour, 0.55),
        text(x(from) + 3, top + row * height + 17, says, { size: 12 }),
      ]),
    ]),
  ]);
}

/** The first job of the example: its list, the windows that it looks at, and the cycle of each pair. */
export function jobPicture(example) {
  const { occupancy, jobs } = runExample(example);
  const { P, Q } = occupancy.layer;
  const positions = range(P * Q).map((i) => ({ n: 0, p: Math.floor(i / Q), q: i % Q }));
  const listed = positions.filter((_, i) => occupancy.emap[i] === 1);
  const slots = slotsOf([0], { r0: 0, r1: 3, s0: 0, s1: 3 });
  const bits = windowBits(occupancy, listed, slots, true);
  const first = jobs[0].start;
  let pair = 0;
  const cycleOf = slots.map((_, slot) =>
    listed.map((_, at) => (bits[at * slots.length + slot] === 1 ? first + pair++ : undefined)),
  );
  const [left, top, cell] = [208, 92, 46];
  return picture(
    760,
    296,
    `The first job of the worked example: ${pair} pairs in ${pair} cycles, slot by slot`,
    [
      text(16, 26, "A job: k 0 in trace 0", { bold: true }),
      text(
        16,
        44,
        "a row is a nonzero of the list, a column a slot of its window; a bit that is set is a pair, and the number its cycle",
        { size: 13, soft: true },
      ),
      slots.map(({ r, s }, slot) =>
        text(left + slot * cell + cell / 2, top - 10, `tap ${r},${s}`, { anchor: "middle", size: 13 }),
      ),
      listed.map(({ p, q }, at) => [
        text(left - 12, top + at * cell + 28, `emap at row ${p}, column ${q}`, { anchor: "end", size: 13 }),
        slots.map((_, slot) => {
          const cycle = cycleOf[slot][at];
          const place = [left + slot * cell + 2, top + at * cell + 2, cell - 4, cell - 4];
          if (cycle === undefined) return box(...place, { colour: grey, strength: 0.05 });
          return [
            box(...place, { colour: orange, strength: 0.4 }),
            text(place[0] + 21, place[1] + 26, `${cycle}`, { anchor: "middle" }),
          ];
        }),
      ]),
      text(left - 12, top + listed.length * cell + 22, "pairs of a visit", { anchor: "end", size: 13 }),
      slots.map((_, slot) => {
        const pairs = cycleOf[slot].filter((cycle) => cycle !== undefined).length;
        return text(left + slot * cell + cell / 2, top + listed.length * cell + 22, `${pairs}`, {
          anchor: "middle",
          bold: true,
        });
      }),
      text(
        16,
        top + listed.length * cell + 52,
        "The pairs of a slot follow each other, so that its sum comes to the MAC once, stays, and goes back once.",
        { size: 13 },
      ),
    ],
  );
}

/** The busiest part of a real layer in one column, by the cycle model. */
export function timelinePicture(path) {
  const parameters = defaults(swgParameters);
  const given = openTrace(path).occupancy("conv2");
  const occupancy = flattenPointwise(given);
  const window = { column: 0, from: 40, to: 140 };
  const mapping = fastMapping(given, parameters);
  return withFont(
    timelineFigure(columnTimeline(occupancy, layerStatistics(occupancy), mapping, parameters, window)),
  );
}
