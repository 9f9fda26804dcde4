import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import reportSchema from "../schemas/report.json" with { type: "json" };
import { accelerators } from "../src/accelerators/index.ts";
import { areaParts } from "../src/energy/area.ts";
import { energyParts } from "../src/energy/energy.ts";
import { idleCauses } from "../src/events.ts";
import type { ArrayTimeline } from "../src/hardware/timeline/array-timeline.ts";
import { seededRandom } from "../src/random.ts";
import { fills } from "../src/report/figures/palette.ts";
import type { Report } from "../src/report/report.ts";
import { arraySource } from "../src/trace/byte-source.ts";
import { blockOf, blocks } from "../web/page/blocks.ts";
import { firstState, hashOf, stateOf } from "../web/page/state.ts";
import { otherFill, ownFill, type Row, rowsOf, TimelinePainter } from "../web/page/timeline-picture.ts";
import { treemap } from "../web/page/treemap.ts";
import { readReport } from "../web/worker/read-report.ts";
import { problemIn, type Schema } from "../web/worker/schema-check.ts";
import { swg, tinyTrace } from "./run-swg.ts";

describe("does the diagram of the explorer have the whole machine?", () => {
  it("every part of area and energy and every cause stands in one block", () => {
    const of = (key: "area" | "energy" | "waits") => blocks.flatMap((block) => block[key]).sort();
    expect(of("area")).toEqual([...areaParts].sort());
    expect(of("energy")).toEqual([...energyParts].sort());
    expect(of("waits")).toEqual(Object.keys(idleCauses).sort());
  });

  it("every block but the last has parameters of its own, and so each is claimed for what it is", () => {
    const names = Object.keys(accelerators.swg.parameters);
    const owners = new Set(names.map((name) => blockOf(name).id));
    expect(owners).toEqual(new Set(blocks.map(({ id }) => id)));
  });
});

describe("does a link hold the state?", () => {
  it("what it says is read back", () => {
    const state = {
      ...firstState,
      origin: {
        trace: "a b&c=#.safetensors",
        print: "00ff",
        step: 3,
        seed: 1,
        zeros: "fitted",
        densities: {},
      },
      settings: { columns: 32, vdt: "emap", intraColumn: false },
      pins: [{ label: "A", settings: { chunks: 4 } }],
      others: ["dense"],
      equalArea: true,
      layer: "50 %, été",
      everywhere: true,
    } as const;
    expect(stateOf(`#${hashOf(state)}`)).toEqual(state);
    const origin = { network: "vgg8", batch: 2, seed: 3, zeros: "coins", densities: { fmap: 0.5 } } as const;
    const report = { report: "a&b.json", print: "00ff", seed: 1, zeros: "fitted", densities: {} } as const;
    const pins = [
      { label: "A", settings: { chunks: 4 }, origin },
      { label: "B", settings: {}, origin: report },
    ];
    const withWork = { ...firstState, origin: report, pins };
    expect(stateOf(`#${hashOf(withWork)}`)).toEqual(withWork);
    expect(stateOf(`#${hashOf(firstState)}`)).toEqual(firstState);
  });
});

describe("is a report that was opened one that the program prints?", () => {
  const file = (value: unknown) => arraySource("r.json", new TextEncoder().encode(JSON.stringify(value)));
  const printed = swg(
    `run --trace ${tinyTrace} --layers conv2,conv3 --accelerators swg,dense --why --ablation --format json`,
  );

  it("what is changed anywhere in one is taken where the schema takes it, and only there", async () => {
    const report = JSON.parse((await printed).out);
    const byAjv = new Ajv({ allowUnionTypes: true }).compile(reportSchema);
    expect(readReport(file(report))).toEqual(report);
    const values = [null, true, 1.5, "", "\u202e", [], {}, undefined];
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.constantFrom(...values), (turns, value) => {
        const changed = structuredClone(report);
        put(changed, turns, value);
        const isFine = byAjv(changed);
        seen.add(isFine);
        const problem = problemIn(changed, reportSchema as unknown as Schema);
        // what cannot be seen in a text is refused besides
        if (value === "\u202e") expect(problem).toBeDefined();
        else expect([problem === undefined, problem]).toEqual([isFine, problem]);
      }),
      { numRuns: 100 },
    );
    expect(seen.size).toBe(2);
  });

  it.each<[string, (report: Report) => unknown, string]>([
    ["no JSON", () => undefined, "a report must be JSON, is not JSON"],
    [
      "a machine file",
      () => ({ accelerator: "swg", parameters: {} }),
      "not a report of swg run: it must have schemaVersion",
    ],
    ["a later version", (report) => ({ ...report, schemaVersion: 2 }), "schemaVersion must be 1, is 2"],
    ["another subject", (report) => ({ ...report, subject: "x" }), "its subject x is none of its machines"],
    ["no layers", (report) => ({ ...report, layers: [] }), "it has no layers"],
    [
      "a layer twice",
      ({ layers, ...rest }) => ({ ...rest, layers: [layers[0], layers[0]] }),
      "two layers have the same name",
    ],
    [
      "a layer less",
      ({ layers, ...rest }) => ({ ...rest, layers: layers.slice(0, 1) }),
      "must be the sum of the layers'",
    ],
    [
      "a machine more",
      ({ machines, ...rest }) => ({ ...rest, machines: { ...machines, x: machines.dense } }),
      "must have results of",
    ],
    [
      "a cause that was changed",
      ({ layers, ...rest }) => {
        const [first, ...others] = structuredClone(layers);
        first.results.swg.breakdown.busy++;
        return { ...rest, layers: [first, ...others] };
      },
      "causes of swg in conv2 must add up to macs x cycles",
    ],
  ])("%s: one line", async (_, change, line) => {
    const changed = change(JSON.parse((await printed).out));
    const bytes = changed === undefined ? arraySource("r.json", Uint8Array.of(123)) : file(changed);
    expect(() => readReport(bytes)).toThrow(`r.json: `);
    expect(() => readReport(bytes)).toThrow(line);
  });

  /** Puts a value somewhere in another one. */
  function put(into: Record<string, unknown>, turns: Iterator<number>, value: unknown): void {
    const keys = Object.keys(into);
    const key = keys[turns.next().value % keys.length];
    const inner = into[key];
    const isEmpty = typeof inner !== "object" || inner === null || Object.keys(inner).length === 0;
    if (isEmpty || turns.next().value % 5 === 0) {
      if (value === undefined && !Array.isArray(into)) delete into[key];
      else into[key] = value ?? null;
    } else put(inner as Record<string, unknown>, turns, value);
  }
});

describe("is the picture of time what the MACs did most?", () => {
  const black = { red: 0, green: 0, blue: 0 };
  const drawn = fc.record({
    columns: fc.integer({ min: 1, max: 40 }),
    pes: fc.integer({ min: 1, max: 6 }),
    macs: fc.integer({ min: 1, max: 3 }),
    cycles: fc.integer({ min: 1, max: 300 }),
    width: fc.integer({ min: 1, max: 90 }),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.double({ min: 0.01, max: 1.5, noNaN: true }),
    column: fc.option(fc.nat({ max: 50 }), { nil: undefined }),
    seed: fc.integer(),
  });

  it("in every pixel, of one MAC or of those that share it, and beside the end there is nothing", () => {
    fc.assert(
      fc.property(drawn, ({ width, from, length, column, ...array }) => {
        const timeline = madeUpTimeline(array);
        const start = Math.floor(from * (array.cycles - 1));
        const to = start + Math.max(1, Math.ceil(length * array.cycles));
        const view = { from: start, to, ...(column !== undefined && { column }) };
        const { rows, height } = rowsOf(timeline, view);
        const shown = rows.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
        const perColumn = array.pes * array.macs;
        const wanted = timeline.spans.map((_, i) => i);
        expect(shown).toEqual(
          wanted.filter((i) => column === undefined || Math.floor(i / perColumn) === column),
        );
        const pixels = new Uint32Array(width * height);
        new TimelinePainter(timeline, black).paint(pixels, width, rows, view);
        for (const row of rows)
          for (let x = 0; x < width; x++) {
            const seen = Array.from(
              { length: Math.min(6, row.height) },
              (_, y) => pixels[(row.top + y) * width + x],
            );
            const most = usesIn(
              timeline,
              row,
              start + (x * (to - start)) / width,
              start + ((x + 1) * (to - start)) / width,
            );
            if (most.length === 0) expect(seen.every((pixel) => pixel === 0)).toBe(true);
            else {
              const inks = most.map((use) => inkOfUse(use));
              expect(seen.every((pixel) => pixel === 0xff000000 || inks.includes(pixel))).toBe(true);
            }
          }
      }),
      { numRuns: 60 },
    );
  });

  /** Spans of random lengths and states that fill every MAC's cycles. */
  function madeUpTimeline({
    columns,
    pes,
    macs,
    cycles,
    seed,
  }: Record<"columns" | "pes" | "macs" | "cycles" | "seed", number>) {
    const { uniform: random } = seededRandom(seed);
    const spans = Array.from({ length: columns * pes * macs }, () => {
      const ends: number[] = [];
      while ((ends.at(-1) ?? 0) < cycles)
        ends.push(
          Math.min(cycles, (ends.at(-1) ?? 0) + 1 + Math.floor(random() * (random() < 0.5 ? 4 : 60))),
        );
      const states = ends.map(() => Math.floor(random() * (causes + pes)));
      return { ends: Uint32Array.from(ends), states: Uint16Array.from(states) };
    });
    return { columns, pes, macs, cycles, spans };
  }

  const causes = Object.keys(idleCauses).length;

  /** Uses that a row's MACs have about the most cycles of: 0 to causes, then another PE, then the own. */
  function usesIn(
    { spans, pes, macs }: ArrayTimeline,
    { first, count }: Row,
    from: number,
    to: number,
  ): number[] {
    const weights = new Array<number>(causes + 2).fill(0);
    for (let at = first; at < first + count; at++) {
      const pe = Math.floor((at % (pes * macs)) / macs);
      spans[at].ends.forEach((end, i) => {
        const state = spans[at].states[i];
        const use = state < causes ? state : state === causes + pe ? causes + 1 : causes;
        weights[use] += Math.max(0, Math.min(end, to) - Math.max(i > 0 ? spans[at].ends[i - 1] : 0, from));
      });
    }
    const most = Math.max(...weights);
    return weights.flatMap((weight, use) =>
      weight > 0 && weight > most - 1e-4 * count * (to - from) ? [use] : [],
    );
  }

  const inkOfUse = (use: number): number => {
    const { colour } = use === causes ? otherFill : use === causes + 1 ? ownFill : fills[2 + use];
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  };
});

describe("is a treemap's area what it stands for?", () => {
  it("its places have the sizes' shares, and fill the whole", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, (given) => {
        const sorted = given.toSorted((a, b) => b - a);
        const sum = sorted.reduce((total, size) => total + size, 0);
        const places = treemap(sorted, 160, 100);
        for (const [i, { x, y, width, height }] of places.entries()) {
          expect((width * height) / 16000).toBeCloseTo(sorted[i] / sum, 6);
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(-1e-6);
          expect(x + width).toBeLessThan(160 + 1e-6);
          expect(y + height).toBeLessThan(100 + 1e-6);
        }
      }),
      { numRuns: 50 },
    );
  });
});
