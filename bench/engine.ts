// Times the fast engine, and the reference where it is not too slow: npm run bench [-- network ...]
//
// Default: vgg8 (the real trace where SWG_TEST_DATA names its folder, otherwise one of the same shape), resnet18 and
// resnet50 at batch 32 with the default profile of zeros. Making the zeros is timed apart. One core.

import { join } from "node:path";
import { swgParameters } from "../src/hardware/parameters.ts";
import type { Kernel } from "../src/kernel/kernel.ts";
import { reference } from "../src/kernel/reference.ts";
import { fast } from "../src/kernel/wasm.ts";
import { defaults } from "../src/parameter.ts";
import { openTrace } from "../src/trace/file.ts";
import { type OccupancySource, occupancies } from "../src/trace/occupancy.ts";
import { syntheticTrace } from "../src/trace/synthetic.ts";
import { denseMacs } from "../src/workload/layer.ts";

interface Timing {
  denseMacs: number;
  validMacs: number;
  makingSeconds: number;
  seconds: number;
}

/** Seconds that `work` takes, and what it returns. */
function timed<T>(work: () => T): { seconds: number; result: T } {
  const started = performance.now();
  const result = work();
  return { seconds: (performance.now() - started) / 1000, result };
}

/** Valid pairs and the SWG machine, layer by layer. */
function time(kernel: Kernel, trace: OccupancySource): Timing {
  const timing = { denseMacs: 0, validMacs: 0, makingSeconds: 0, seconds: 0 };
  for (const { name } of trace.layers) {
    const made = timed(() => trace.occupancy(name));
    const run = timed(() => {
      timing.validMacs += kernel.validPairs(made.result);
      kernel.swg(made.result, defaults(swgParameters));
    });
    timing.denseMacs += denseMacs(made.result.layer);
    timing.makingSeconds += made.seconds;
    timing.seconds += run.seconds;
  }
  return timing;
}

/** A real trace where there is one, otherwise a network with made-up zeros. */
function source(name: string): OccupancySource {
  const folder = process.env.SWG_TEST_DATA;
  if (name === "vgg8" && folder)
    return occupancies(openTrace(join(folder, "traces", "vgg8-cifar10-step2270.safetensors")));
  return syntheticTrace(name, name === "vgg8" ? 8 : 32, 1);
}

function show(name: string, kernel: Kernel, timing: Timing): void {
  const rate = (count: number) => (count / timing.seconds / 1e9).toFixed(3).padStart(8);
  const peakMib = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${name.padEnd(10)} ${kernel.name.padEnd(10)} ${timing.seconds.toFixed(2).padStart(8)} s`,
    `${rate(timing.denseMacs)} G dense MACs/s ${rate(timing.validMacs)} G valid pairs/s`,
    `${timing.makingSeconds.toFixed(2).padStart(7)} s to make or read the maps, peak ${peakMib.toFixed(0)} MiB`,
  );
}

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : ["vgg8", "resnet18", "resnet50"]) {
  show(name, fast, time(fast, source(name)));
  if (name === "vgg8") show(name, reference, time(reference, source(name)));
}
