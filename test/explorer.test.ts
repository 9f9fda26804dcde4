import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accelerators } from "../src/accelerators/index.ts";
import { areaParts } from "../src/energy/area.ts";
import { energyParts } from "../src/energy/energy.ts";
import { idleCauses } from "../src/events.ts";
import { blockOf, blocks } from "../web/page/blocks.ts";
import { firstState, hashOf, stateOf } from "../web/page/state.ts";
import { treemap } from "../web/page/treemap.ts";

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
      pins: [{ label: "A", settings: { chunks: 2 } }],
      others: ["dense"],
      equalArea: true,
      layer: "50 %, été",
      everywhere: true,
    } as const;
    expect(stateOf(`#${hashOf(state)}`)).toEqual(state);
    expect(stateOf(`#${hashOf(firstState)}`)).toEqual(firstState);
  });
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
