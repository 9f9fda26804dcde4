import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { loopNest, residencyCount } from "../hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import { fastMapping } from "../kernel/wasm.ts";
import { seededRandom } from "../random.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { Trace } from "../trace/trace.ts";
import { drawColumnWork } from "./benches/column-work.ts";
import { drawnKinds } from "./benches/drawn-kinds.ts";
import { layerColumnWork } from "./benches/layer-work.ts";
import type { BenchLayer } from "./written/generate.ts";

/** Of a real layer: its first residencies, and of each so many episodes, spread evenly. */
const residencies = 2;
const rounds = 3;

/** Layers drawn from `seed` and the numbers after it. */
export function* drawnLayers(p: SwgParameters, seed: number, count: number): Generator<BenchLayer> {
  for (let layer = seed; layer < seed + count; layer++) {
    const random = seededRandom(layer);
    yield {
      name: `layer of seed ${layer}`,
      work: drawColumnWork(random, p, drawnKinds[layer % drawnKinds.length]),
      random,
    };
  }
}

/** What the first column does of a part of each of these layers, mapped as the machine maps them. */
export function* realLayers(p: SwgParameters, trace: Trace, names: readonly string[]): Generator<BenchLayer> {
  for (const name of names) {
    const layer = trace.read(name);
    const mapping = fastMapping(occupancy(layer), p);
    const flat = flattenPointwise(layer);
    const nest = loopNest(flat.layer, mapping, p);
    const sample = {
      residencies: Math.min(residencies, residencyCount(nest)),
      rounds: Math.min(rounds, nest.episodes),
    };
    yield { name, work: layerColumnWork(flat, mapping, p, 0, sample), random: seededRandom(1) };
  }
}
