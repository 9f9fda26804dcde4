import type { SynthesisedPe } from "../../../hardware/logic/toggled-blocks.ts";
import { swgParameters } from "../../../hardware/parameters.ts";
import { seededRandom } from "../../../random.ts";
import { WayBench } from "../../benches/way-bench.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { type MeasuredUse, measuredUse } from "./stimulus.ts";

const rows = swgParameters.rows.value;
const ways = 20;
const cyclesOfWay = 500;

/** Ways drawn by chance, which the control says what the cycle model's way does. A use is a couple that is read. */
export function driveDrainControl(sim: GateSimulator, pe: SynthesisedPe): MeasuredUse {
  let couples = 0;
  for (let seed = 1; seed <= ways; seed++) {
    const bench = new WayBench(sim, seededRandom(seed), rows * pe.traces);
    bench.run(cyclesOfWay);
    couples += bench.couples;
  }
  return measuredUse(sim, couples);
}
