import { describe, expect, it } from "vitest";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
import { defaults, withValues } from "../parameter.ts";
import { linear } from "../workload/layer.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping } from "./engine-run.ts";
import { fast, fastMapping } from "./wasm.ts";

const parameters = defaults(swgParameters);
const layer = linear("fc", 4, 4, 4);
const sound = { layer, fmap: new Uint8Array(16).fill(1), emap: new Uint8Array(16).fill(1) };

/** Maps that are nowhere near the size of their layer, which nothing looks at before the engine. */
const shapeOnly = (shape: object) => ({ ...sound, layer: { ...layer, ...shape } });

describe("does a failure in the engine have a say in what comes after it?", () => {
  const before = fast.simulate(swgCycleModel, sound, parameters);

  it.each([
    ["of maps", { name: "rows", N: 2 ** 24, C: 2 ** 10, H: 2, P: 2, stride: [2, 2] }],
    ["of sizes whose product does not fit 32 bits", { name: "rows", N: 2 ** 16, C: 2 ** 16, stride: [2, 2] }],
    ["of emaps alone", { name: "rows", N: 2 ** 24, K: 2 ** 8, stride: [2, 2] }],
  ])("more memory than there can be is a line that names the layer: %s", (_, shape) => {
    const call = () => fastMapping(shapeOnly(shape), parameters);
    expect(call).toThrow(InputError);
    expect(call).toThrow(
      /^layer "rows" needs [\d,]+ MiB or more in the fast engine, which has 4,096 MiB at most; use the reference$/,
    );
    expect(fast.simulate(swgCycleModel, sound, parameters)).toEqual(before);
  });

  it("a fault of its own is no line, and is not there in the next layer either", () => {
    const faulty = { ...sound, fmap: new Uint8Array(2 ** 26), emap: new Uint8Array(2 ** 26) };
    expect(() => fastMapping(faulty, parameters)).toThrow();
    expect(fast.simulate(swgCycleModel, sound, parameters)).toEqual(before);
  });

  it("a layer may be simulated while another one is", () => {
    let inside: unknown;
    const mask = new Uint8Array(16).fill(1);
    const asking = {
      ...sound,
      get mask() {
        inside ??= fast.simulate(swgCycleModel, sound, parameters);
        return mask;
      },
    };
    expect(fast.simulate(swgCycleModel, asking, parameters).cycles).toBe(
      fast.simulate(swgCycleModel, { ...sound, mask }, parameters).cycles,
    );
    expect(inside).toEqual(before);
  });
});

describe("does memory follow what is moved, and not how long it takes?", () => {
  // most k's have no nonzeros: dealt by load, they fill the columns one after the other, and the last has none
  const layer = linear("fc", 1, 256, 4096);
  const emap = Uint8Array.from({ length: 4096 }, (_, k) => Number(k % 3 === 0));
  const occupancy = { layer, fmap: new Uint8Array(256).fill(1), emap };
  const mapping = {
    domains: 1,
    teamColumns: 1,
    channelSlices: 16,
    positionSlices: 1,
    channelsPerTrace: 1,
    passRows: 1,
    passColumns: 1,
    chunkGroups: 1,
    residentKs: 128,
  };

  it("a column without work, and DRAM so slow that what it brings is billions of cycles away", () => {
    const slow = withValues("swg", swgParameters, { dramMbps: 1, clockMhz: 10000 });
    const engine = new Engine();
    engine.load(occupancy);
    runMapping(engine, engineCounts(engine, occupancy), mapping, slow);
    expect(engine.memoryBytes).toBeLessThan(2 ** 26);
  });
});
