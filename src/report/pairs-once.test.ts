import { expect, it } from "vitest";
import { fast } from "../kernel/wasm.ts";
import { phaseOccupancy } from "../trace/phase-occupancy.ts";
import { syntheticOccupancy } from "../trace/synthetic.ts";
import { linear } from "../workload/layer.ts";
import { pairsOnce } from "./pairs-once.ts";

it("pairs of the same maps are counted once, of others anew", () => {
  const densities = { fmap: 0.5, emap: 0.4, mask: 0.3 };
  const occupied = syntheticOccupancy(linear("layer", 4, 30, 20), densities, 1);
  const { layer, fmap, emap } = occupied;
  let counted = 0;
  const kernel = pairsOnce({
    ...fast,
    validPairs(given) {
      counted++;
      return fast.validPairs(given);
    },
  });
  const asked = () => [
    occupied,
    { layer, fmap, emap },
    phaseOccupancy(occupied, "ff"),
    phaseOccupancy(occupied, "bp"),
  ];
  const pairs = asked().map(fast.validPairs);
  expect(asked().map(kernel.validPairs)).toEqual(pairs);
  expect(asked().map(kernel.validPairs)).toEqual(pairs);
  expect([counted, new Set(pairs).size]).toEqual([4, 4]);
});
