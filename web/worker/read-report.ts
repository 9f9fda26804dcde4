import reportSchema from "../../schemas/report.json" with { type: "json" };
import { InputError } from "../../src/input-error.ts";
import type { LayerReport, LayerResult, Report, TotalResult } from "../../src/report/report.ts";
import { parseBoundedJson } from "../../src/trace/bounded-json.ts";
import type { ByteSource } from "../../src/trace/byte-source.ts";
import { problemIn, type Schema } from "./schema-check.ts";

/** Far more than a report of ten machines on the largest known network has. */
const mostBytes = 2 ** 26;
const mostValues = 2 ** 22;

/** A report as `swg run --format json` prints it. Throws `InputError` for a file that is none, or whose sums are not those of its layers. */
export function readReport(file: ByteSource): Report {
  const fail = (problem: string): never => {
    throw new InputError(`${file.name}: ${problem}`);
  };
  if (file.size > mostBytes) fail(`a report must have at most ${mostBytes} bytes, has ${file.size}`);
  const json = parseBoundedJson(new TextDecoder().decode(file.read(0, file.size)), mostValues);
  if ("problem" in json) return fail(`a report must be JSON, ${json.problem}`);
  const problem = problemIn(json.value, reportSchema as unknown as Schema);
  if (problem) fail(`not a report of swg run: ${problem}`);
  const report = json.value as Report;
  const wrong = contradictionIn(report);
  if (wrong) fail(`a report must agree with itself: ${wrong}`);
  return report;
}

/** What no schema says: each machine has a result in each layer, and the totals are the layers' sums. */
function contradictionIn({ subject, machines, layers, totals, why }: Report): string | undefined {
  const labels = Object.keys(machines);
  if (!Object.hasOwn(machines, subject)) return `its subject ${subject} is none of its machines`;
  if (layers.length === 0) return "it has no layers";
  if (new Set(layers.map(({ name }) => name)).size < layers.length) return "two layers have the same name";
  if (why && !layers.some(({ name }) => name === why.layer)) return `${why.layer} is none of its layers`;
  for (const { name, results } of [...layers, { name: "totals", results: totals.results }]) {
    if (Object.keys(results).sort().join() !== [...labels].sort().join())
      return `${name} must have results of ${labels.join(", ")}, has of ${Object.keys(results).join(", ")}`;
    const uneven = labels.find((label) => !isEven(results[label]));
    if (uneven !== undefined) return `causes of ${uneven} in ${name} must add up to macs x cycles`;
  }
  const works = ["denseMacs", "validMacs", "boundCycles"] as const;
  if (works.some((key) => totals[key] !== sumOf(layers, (layer) => layer[key])))
    return "work of the totals must be the sum of the layers'";
  const off = labels.find(
    (label) => totals.results[label].cycles !== sumOf(layers, ({ results }) => results[label].cycles),
  );
  return off === undefined ? undefined : `cycles of ${off} must be the sum of its layers'`;
}

const isEven = ({ breakdown, macs, cycles }: LayerResult | TotalResult): boolean =>
  Object.values(breakdown).reduce((sum, one) => sum + one, 0) === macs * cycles;

const sumOf = (layers: readonly LayerReport[], of: (layer: LayerReport) => number): number =>
  layers.reduce((sum, layer) => sum + of(layer), 0);
