import fc from "fast-check";
import { expect, it } from "vitest";
import { anyOccupancy, anySwg } from "../../test/random-layers.ts";
import { drawnMapping } from "../../test/random-mappings.ts";
import { simulateLayer } from "../hardware/array/controller.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping } from "./engine-run.ts";
const engine = new Engine();
it("many", () => {
  let n = 0, mapped = 0, jobs = 0, routed = 0, cyc=0, ends=0; const causes: any = {}; const causeN: any = {};
  fc.assert(fc.property(anyOccupancy, anySwg, fc.nat(), (occupied, given, seed) => {
    n++;
    const parameters = withValues("swg", swgParameters, { ...given });
    const flat = flattenPointwise(occupied);
    const mapping = drawnMapping(flat.layer, parameters, seed);
    if (!mapping) return;
    mapped++;
    const slow = simulateLayer(flat, layerStatistics(flat), mapping, parameters);
    engine.load(occupied);
    const r = runMapping(engine, engineCounts(engine, occupied), mapping, parameters);
    expect(r).toEqual(slow);
    jobs += r.events.jobs; routed += r.events.routedPairs; cyc += r.cycles; ends += r.episodeEnds.length;
    for (const [k, v] of Object.entries(r.breakdown)) { causes[k] = (causes[k] ?? 0) + v; causeN[k] = (causeN[k] ?? 0) + (v > 0 ? 1 : 0); }
  }), { numRuns: Number(process.env.RUNS ?? 3000), seed: Number(process.env.SEED ?? 5) });
  console.log({ n, mapped, jobs, routed, cyc, ends, causes, causeN });
}, 600000);
