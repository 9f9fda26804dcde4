import type { SwgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
import { seededRandom } from "../random.ts";
import type { RunProgress } from "../report/run-trace.ts";
import { ColumnBench } from "./benches/column-bench.ts";
import { drawColumnWork } from "./benches/column-work.ts";
import { drawnKinds } from "./benches/drawn-kinds.ts";
import { CheckedCircuit, ColumnDifference } from "./benches/subject.ts";
import type { Circuit } from "./circuit.ts";

/**
 * Cycles of `layers` layers, drawn from `seed` and the numbers after it, on a circuit of this machine's column beside the
 * cycle model's. Throws an `InputError` that names layer and cycle at the first difference.
 */
export function checkColumn(
  circuit: Circuit,
  p: SwgParameters,
  seed: number,
  layers: number,
  onProgress: (progress: RunProgress) => void = () => undefined,
): number {
  let cycles = 0;
  for (let done = 0; done < layers; done++) {
    const layer = seed + done;
    onProgress({ what: `layer of seed ${layer}`, done, of: layers });
    const random = seededRandom(layer);
    const work = drawColumnWork(random, p, drawnKinds[layer % drawnKinds.length]);
    try {
      cycles += new ColumnBench(new CheckedCircuit(circuit), work, random).run();
    } catch (error) {
      if (!(error instanceof ColumnDifference)) throw error;
      throw new InputError(`layer of seed ${layer}: ${error.message}`);
    }
  }
  return cycles;
}
