import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anyAnt,
  anyDense,
  anyFullSwg,
  anyLnpu,
  anyLnpuSwg,
  anyOccupancy,
  anyOuterProduct,
  anyProcrustes,
  anyRowsAndColumns,
  anySparsetrain,
  anySparten,
  anySwg,
  anyTensordash,
  holds,
} from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import { reference } from "../kernel/reference.ts";
import { withValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { gradientSize, type Layer, linear } from "../workload/layer.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import { phasesOf } from "./accelerator.ts";
import { machineRules, trialOf } from "./conformance.ts";
import { accelerators } from "./index.ts";

/** A new machine needs its parameters drawn here. */
const anyParameters: Readonly<Record<string, fc.Arbitrary<object>>> = {
  swg: anySwg,
  trainware: anyRowsAndColumns,
  dense: anyDense,
  lnpu: anyLnpu,
  "lnpu-swg": anyLnpuSwg,
  "outer-product": anyOuterProduct,
  ant: anyAnt,
  tensordash: anyTensordash,
  sparsetrain: anySparsetrain,
  procrustes: anyProcrustes,
  sparten: anySparten,
  structured: anyRowsAndColumns,
};

/**
 * The definition of useful MACs, element by element: in WG both maps are not zero and the gradient is wanted, in FF the
 * fmap and the weight are not zero, in BP the emap and the weight.
 */
function usefulMacs({ layer, fmap, emap, mask }: Occupancy, phase: Phase): number {
  let macs = 0;
  for (let gradient = 0; gradient < gradientSize(layer); gradient++) {
    if (mask && mask[gradient] === 0) continue;
    for (const [f, e] of multiplied(layer, gradient))
      macs += { ff: fmap[f], bp: emap[e], wg: fmap[f] & emap[e] }[phase];
  }
  return macs;
}

/** Indices in both maps of every product of a gradient, by number in the tensor; none in the padding. */
function* multiplied(layer: Layer, gradient: number): Generator<readonly [fmap: number, emap: number]> {
  const { N, C, H, W, K, P, Q, R, S, stride, padding, dilation, groups } = layer;
  const channels = C / groups;
  const [s, r] = [gradient % S, Math.floor(gradient / S) % R];
  const [c, k] = [Math.floor(gradient / (R * S)) % channels, Math.floor(gradient / (R * S * channels))];
  const channel = Math.floor(k / (K / groups)) * channels + c;
  for (let n = 0; n < N; n++)
    for (let position = 0; position < P * Q; position++) {
      const [p, q] = [Math.floor(position / Q), position % Q];
      const h = p * stride[0] - padding[0] + r * dilation[0];
      const w = q * stride[1] - padding[1] + s * dilation[1];
      if (h < 0 || h >= H || w < 0 || w >= W) continue;
      yield [((n * C + channel) * H + h) * W + w, (n * K + k) * P * Q + position];
    }
}

const validPairs = (occupancy: Occupancy) => usefulMacs(occupancy, "wg");

/** Every machine with every phase that it computes. */
const machinePhases = Object.keys(accelerators).flatMap((name) =>
  phasesOf(accelerators[name]).map((phase): [string, Phase] => [name, phase]),
);

describe("which machines compute which phases?", () => {
  it("every one WG; all three: those that are a step's, the others nothing else", () => {
    const all = machinePhases.filter(([, phase]) => phase !== "wg");
    const step = [
      "trainware",
      "dense",
      "lnpu",
      "lnpu-swg",
      "outer-product",
      "ant",
      "tensordash",
      "sparsetrain",
      "procrustes",
    ];
    expect(all).toEqual(
      step.flatMap((name) => [
        [name, "ff"],
        [name, "bp"],
      ]),
    );
    for (const name of Object.keys(accelerators)) expect(phasesOf(accelerators[name])).toContain("wg");
  });
});

describe.each(machinePhases)("does %s keep what every machine must in %s?", (name, phase) => {
  it(Object.keys(machineRules).join("; "), () => {
    const accelerator = accelerators[name];
    holds(
      fc.property(anyOccupancy, anyParameters[name], (occupancy, parameters) => {
        const values = withValues(name, accelerator.parameters, { ...parameters });
        const trial = trialOf(accelerator, phase, occupancy, values);
        for (const [rule, check] of Object.entries(machineRules))
          expect([rule, check(trial)]).toEqual([rule, undefined]);
      }),
      20,
    );
  });
});

describe("does the full SWG machine do exactly the useful work?", () => {
  it("it is busy for the valid pairs, as many as the definition gives, and for nothing else", () => {
    holds(
      fc.property(anyOccupancy, anyFullSwg, (occupancy, parameters) => {
        const pairs = validPairs(occupancy);
        expect(reference.validPairs(occupancy)).toBe(pairs);
        expect(runMachine("swg", occupancy, parameters).breakdown.busy).toBe(pairs);
      }),
      30,
    );
  });
});

describe("is the dense array the upper bound of dense machines?", () => {
  it.each(phaseNames)("in %s TrainWare of as many MACs does the same work and is never faster", (phase) => {
    holds(
      fc.property(anyOccupancy, anyRowsAndColumns, (occupancy, parameters) => {
        const trainware = runMachine("trainware", occupancy, parameters, phase);
        const dense = runMachine("dense", occupancy, { macs: trainware.macs }, phase);
        expect(trainware.cycles).toBeGreaterThanOrEqual(dense.cycles);
        expect(trainware.breakdown.busy).toBe(dense.breakdown.busy);
      }),
      60,
    );
  });
});

const withPorts = (name: string) => "unlimitedPorts" in accelerators[name].parameters;
/** SWG's own cycle model is held to more, elsewhere. */
const bySwg = (name: string, phase: Phase) => phase === "wg" && ["swg", "lnpu-swg"].includes(name);
const baselines = machinePhases.filter(([name, phase]) => withPorts(name) && !bySwg(name, phase));

describe.each(Object.keys(accelerators))("what does %s pay for zeros and for masks in WG?", (name) => {
  it("a product with a zero is gated where its machine multiplies zeros, and a mask's bits are moved by who uses it", () => {
    const gates = ["dense", "trainware", "lnpu", "tensordash", "procrustes", "structured"];
    holds(
      fc.property(anyOccupancy, (occupancy) => {
        const { layer, fmap, emap, mask } = occupancy;
        const { events } = runMachine(name, occupancy, {});
        const useful = reference.validPairs({ layer, fmap, emap });
        // the structured machine makes all products, or those of wanted gradients
        const wanted = name === "structured" ? [useful, reference.validPairs(occupancy)] : [useful];
        if (gates.includes(name))
          expect(wanted.map((pairs) => events.macs - pairs)).toContain(events.gatedProducts);
        else expect(events.gatedProducts).toBe(0);
        // a mask that wants everything, or nothing, has nothing to say
        const says = mask?.includes(0) && mask.includes(1) && !["dense", "trainware"].includes(name);
        if (says) expect(8 * events.dramMaskReadBytes).toBeGreaterThanOrEqual(gradientSize(layer));
        if (!mask?.includes(0)) expect(events.dramMaskReadBytes).toBe(0);
      }),
      20,
    );
  });
});

describe.each(baselines)("is %s a fair baseline in %s?", (name, phase) => {
  const cases = fc.tuple(anyOccupancy, anyParameters[name]);

  it("it makes at least every useful product, and the multipliers could make them in its time", () => {
    holds(
      fc.property(cases, ([occupancy, parameters]) => {
        const { cycles, macs, events } = runMachine(name, occupancy, parameters, phase);
        expect(events.macs).toBeGreaterThanOrEqual(usefulMacs(occupancy, phase));
        expect(cycles * macs).toBeGreaterThanOrEqual(events.macs);
      }),
      30,
    );
  });

  it("ports without limits leave no waits and are never slower; the same mapping has the same events", () => {
    holds(
      fc.property(cases, ([occupancy, parameters]) => {
        const limited = runMachine(name, occupancy, { ...parameters, unlimitedPorts: false }, phase);
        const free = runMachine(name, occupancy, { ...parameters, unlimitedPorts: true }, phase);
        const { dram, fmapLoad, emapLoad, writeBack, ...others } = limited.breakdown;
        const waits = dram + fmapLoad + emapLoad + writeBack;
        expect(free.breakdown).toMatchObject({ dram: 0, fmapLoad: 0, emapLoad: 0, writeBack: 0 });
        expect(free.cycles).toBeLessThanOrEqual(limited.cycles - waits / limited.macs);
        if (free.mapping !== limited.mapping || free.events.fmapReadBytes !== limited.events.fmapReadBytes)
          return;
        expect(free.breakdown).toEqual({ ...others, dram: 0, fmapLoad: 0, emapLoad: 0, writeBack: 0 });
        expect(limited.cycles * limited.macs - waits).toBe(free.cycles * free.macs);
      }),
      30,
    );
  });

  it("it has as many multipliers as swg unless told otherwise, and as many bytes of memory", () => {
    const { macs } = runMachine(name, onePair, {}, phase);
    expect(macs).toBe(runMachine("swg", onePair, {}).macs);
    expect(accelerators[name].parameters.localBufferKib.value).toBe(512);
  });
});

const onePair: Occupancy = {
  layer: linear("fc", 1, 1, 1),
  fmap: Uint8Array.of(1),
  emap: Uint8Array.of(1),
};

describe("how do the sparse baselines relate?", () => {
  const unlimited = { unlimitedPorts: true };
  const unmasked = anyOccupancy.map(({ layer, fmap, emap }) => ({ layer, fmap, emap }));

  it("ANT takes no longer than the outer product, as long as it scans as fast as it multiplies", () => {
    holds(
      fc.property(unmasked, anyOuterProduct, (occupancy, parameters) => {
        const all = runMachine("outer-product", occupancy, { ...parameters, ...unlimited });
        const candidates = parameters.emapVector;
        const chosen = runMachine("ant", occupancy, { ...parameters, ...unlimited, candidates });
        expect(chosen.cycles).toBeLessThanOrEqual(all.cycles);
      }),
      60,
    );
  });

  it("SparseTrain makes exactly the valid products of a layer without a mask", () => {
    holds(
      fc.property(unmasked, anySparsetrain, (occupancy, parameters) => {
        expect(runMachine("sparsetrain", occupancy, parameters).breakdown.busy).toBe(validPairs(occupancy));
      }),
      30,
    );
  });

  it("an outer product at one position wastes nothing", () => {
    const linears = unmasked.filter(({ layer }) => layer.type === "linear");
    holds(
      fc.property(linears, anyOuterProduct, (occupancy, parameters) => {
        const { breakdown } = runMachine("outer-product", occupancy, { ...parameters, ...unlimited });
        expect(breakdown.busy).toBe(validPairs(occupancy));
      }),
      50,
    );
  });
});
