import { type Machine, select } from "../../src/accelerators/machine.ts";
import { fast } from "../../src/kernel/wasm.ts";
import { reportCsv } from "../../src/report/csv.ts";
import { runTrace } from "../../src/report/run-trace.ts";
import { reportText } from "../../src/report/text.ts";
import { reportJson } from "../../src/report/write-report.ts";
import type { OccupancySource } from "../../src/trace/occupancy.ts";
import { hasValues, type Trace } from "../../src/trace/trace.ts";
import { denseMacs, emapSize, fmapSize, type Layer } from "../../src/workload/layer.ts";

/** What takes an instant to simulate; more may rightly take longer. */
const small = (layer: Layer): boolean =>
  fmapSize(layer) + emapSize(layer) < 2 ** 15 && denseMacs(layer) < 2 ** 21;

/** Whether the maps of a layer that no file holds can be made in an instant. */
const fits = (layer: Layer): boolean => fmapSize(layer) + emapSize(layer) < 2 ** 22;

/** Runs the small layers of a training step and reports them, as `swg run` does; nothing where there is none. */
export function runSmallLayers(
  source: OccupancySource,
  machines: readonly Machine[] = [select("swg"), select("dense")],
): void {
  const layers = source.layers.filter(small).slice(0, 3);
  if (layers.length === 0) return;
  const report = runTrace(source, machines, fast, { layers: layers.map(({ name }) => name) });
  const texts = [reportText(report), reportCsv(report), reportJson(report)];
  for (const text of texts)
    if (/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u.test(text.replace(/\r?\n/g, "")))
      throw new Error(`a report holds what a terminal obeys: ${JSON.stringify(text.slice(0, 200))}`);
  JSON.parse(texts[2]);
}

/** Reads every layer of a captured step, and runs what is small. */
export function useCaptured(trace: Trace): void {
  for (const { name } of trace.layers) {
    if (hasValues(trace.contents(name))) trace.read(name);
    trace.occupancy(name);
  }
  runSmallLayers(trace);
}

/** Makes the maps of layers that have a shape alone, where they fit, and runs what is small. */
export function useMadeUp(source: OccupancySource): void {
  for (const layer of source.layers.filter(fits).slice(0, 4)) source.occupancy(layer.name);
  runSmallLayers(source);
}
