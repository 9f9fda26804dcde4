import { isSwg, type Machine, machineOf, select, withParameters } from "../../src/accelerators/machine.ts";
import { flattenPointwise } from "../../src/hardware/dataflow/flatten.ts";
import { layerStatistics } from "../../src/hardware/dataflow/layer-statistics.ts";
import type { Mapping } from "../../src/hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../../src/hardware/parameters.ts";
import { arrayTimeline } from "../../src/hardware/timeline/array-timeline.ts";
import { InputError } from "../../src/input-error.ts";
import { fast, fastEstimate, fastMapping } from "../../src/kernel/wasm.ts";
import { shortened } from "../../src/report/format.ts";
import { planRun } from "../../src/report/run-plan.ts";
import { computersError } from "../../src/system-error.ts";
import type { Occupancy, OccupancySource } from "../../src/trace/occupancy.ts";
import type { Answer, LayerTask, Task, TimelineTask, Told } from "../messages.ts";
import type { Source } from "../source.ts";
import { fileBytes } from "./chosen-file.ts";
import { HeldLayers } from "./held-layers.ts";
import { openSource, stepOf } from "./open-source.ts";
import { readReport } from "./read-report.ts";
import { trained } from "./train.ts";

interface WorkerScope {
  onmessage: (event: { readonly data: Task }) => void;
  postMessage(message: Answer | Told): void;
}

/** The source that was asked for last; those before it are gone. */
let held: { readonly id: number; readonly trace: OccupancySource; readonly layers: HeldLayers } | undefined;

/** Makes the thread that runs this a worker: it answers one question after another. */
export function startWorker(): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = ({ data }) => scope.postMessage(answerOf(data, (told) => scope.postMessage({ told })));
}

/** What is wrong with the input, or what the computer lacks, is an answer of one line. */
function answerOf(task: Task, tell: (words: string) => void): Answer {
  try {
    if (task.kind === "open") return openedFor(task.source);
    if (task.kind === "train") return { trained: trained(task.seed, tell) };
    return task.kind === "layer" ? simulated(task) : { timeline: recorded(task) };
  } catch (error) {
    return { error: shortened(messageOf(error), longestLine) };
  }
}

/** What the page is told of a source, and of a report all of it. */
function openedFor(source: Source): Answer {
  if (!("report" in source)) return { step: stepOf(openSource(source)) };
  const report = readReport(fileBytes(source.report));
  return { step: { labels: report.trace, layers: [], steps: [report.trace] }, report };
}

const longestLine = 2000;

const messageOf = (error: unknown): string =>
  error instanceof InputError
    ? error.message
    : (computersError(error) ?? `unexpected error, a bug of the page: ${String(error)}`);

/** The source of a task, opened, with the layers of it that were used last. */
function opened({ source, sourceId }: Pick<LayerTask, "source" | "sourceId">) {
  if (held?.id !== sourceId) {
    held = undefined;
    if ("report" in source) throw new Error("a report has nothing to simulate");
    const { trace } = openSource(source);
    held = { id: sourceId, trace, layers: new HeldLayers(trace) };
  }
  return held;
}

/** One layer on one machine, by the same code as `swg run`; of swg with the mapping that it has there, or a first one. */
function simulated(task: LayerTask): Answer {
  const { layer, machine, pricing, untried } = task;
  const { trace, layers } = opened(task);
  const { accelerator } = select(machine.accelerator);
  const asked = machineOf(machine.label, accelerator, machine.parameters);
  const occupied = layers.occupancy(layer);
  const run = (mapping?: Mapping) => {
    const mapped = mapping ? withParameters(asked, { ...mapping }) : asked;
    const plan = planRun(trace, [mapped], fast.name, { layers: [layer], ...pricing });
    const result = plan.parts[0].simulate(occupied, fast);
    if (!("layer" in result)) throw new Error("a part of a run without ablation has a layer");
    return { layer: result.layer, ...(mapping && { mapping }) };
  };
  if (!isSwg(asked)) return run();
  const parameters = asked.parameters as SwgParameters;
  if (!untried) return run(fastMapping(occupied, parameters));
  const kept = untried.kept && fitting(occupied, asked, untried.kept);
  return run(kept ?? fastEstimate(occupied, parameters));
}

/** A mapping, unless it fits a machine no more. */
function fitting(occupied: Occupancy, asked: Machine, mapping: Mapping): Mapping | undefined {
  try {
    return fastMapping(occupied, withParameters(asked, { ...mapping }).parameters as SwgParameters);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** One layer in time, by the same code as `swg timeline`. */
function recorded(task: TimelineTask) {
  const { layer, parameters } = task;
  const given = opened(task).layers.occupancy(layer);
  const occupied = flattenPointwise(given);
  return arrayTimeline(occupied, layerStatistics(occupied), fastMapping(given, parameters), parameters);
}
