import { machineOf, select } from "../../src/accelerators/machine.ts";
import { InputError } from "../../src/input-error.ts";
import { fast } from "../../src/kernel/wasm.ts";
import { shortened } from "../../src/report/format.ts";
import { planRun } from "../../src/report/run-plan.ts";
import { computersError } from "../../src/system-error.ts";
import type { OccupancySource } from "../../src/trace/occupancy.ts";
import type { Answer, LayerTask, Task } from "../messages.ts";
import { HeldLayers } from "./held-layers.ts";
import { openSource, stepOf } from "./open-source.ts";

interface WorkerScope {
  onmessage: (event: { readonly data: Task }) => void;
  postMessage(answer: Answer): void;
}

/** The source that was asked for last; those before it are gone. */
let held: { readonly id: number; readonly trace: OccupancySource; readonly layers: HeldLayers } | undefined;

/** Makes the thread that runs this a worker: it answers one question after another. */
export function startWorker(): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = ({ data }) => scope.postMessage(answerOf(data));
}

/** What is wrong with the input, or what the computer lacks, is an answer of one line. */
function answerOf(task: Task): Answer {
  try {
    return task.kind === "open" ? { step: stepOf(openSource(task.source)) } : { layer: simulated(task) };
  } catch (error) {
    return { error: shortened(messageOf(error), longestLine) };
  }
}

const longestLine = 2000;

const messageOf = (error: unknown): string =>
  error instanceof InputError
    ? error.message
    : (computersError(error) ?? `unexpected error, a bug of the page: ${String(error)}`);

/** One layer on one machine, by the same code as `swg run`. */
function simulated({ source, sourceId, layer, machine, pricing }: LayerTask) {
  if (held?.id !== sourceId) {
    const { trace } = openSource(source);
    held = { id: sourceId, trace, layers: new HeldLayers(trace) };
  }
  const { accelerator } = select(machine.accelerator);
  const asked = machineOf(machine.label, accelerator, machine.parameters);
  const plan = planRun(held.trace, [asked], fast.name, { layers: [layer], ...pricing });
  const result = plan.parts[0].simulate(held.layers.occupancy(layer), fast);
  if (!("layer" in result)) throw new Error("a part of a run without ablation has a layer");
  return result.layer;
}
