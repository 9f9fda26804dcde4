import { statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { InputError, unknownName } from "../input-error.ts";
import { reportCoverage } from "../report/coverage.ts";
import { sourceCoverageText } from "../report/coverage-text.ts";
import { counted, grouped, jsonText, printable, shortened } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { stepInfo } from "../report/trace-info.ts";
import { stepInfoText } from "../report/trace-info-text.ts";
import { openTraceFile } from "../trace/file.ts";
import { isFolder, npyFiles } from "../trace/numpy/npy-folder.ts";
import { denseMacs, gradientSize, type Layer } from "../workload/layer.ts";
import { type Io, withProgress } from "./io.ts";
import { collected } from "./name-list.ts";
import { dimensionsOf, imagesOf, isNetworkFile, isOnnx, openOnnx, openTopology } from "./network-file.ts";

const about = `
Examples:
  swg info out/trace-after.safetensors
  swg info step.npz --format json > step.json
  swg info model.onnx --batch 8
  swg info resnet18.csv`;

const formats = ["table", "json"];

interface InfoFlags {
  readonly format: string;
  readonly batch?: string;
  readonly dimension?: readonly string[];
}

/** Declares the options of `swg info`. */
export function declareInfo(command: Command, io: Io): void {
  command
    .argument(
      "<file>",
      "a trace (safetensors, .npz, or a folder of .npy), FILE.onnx, or FILE.csv, a SCALE-Sim topology",
    )
    .option("--format <format>", `what to print: ${formats.join(", ")}`, "table")
    .option(
      "--batch <number>",
      "with FILE.onnx or FILE.csv: images (default: 1, or the ONNX file's own where it cannot be scaled)",
    )
    .option(
      "--dimension <name=size>",
      "with FILE.onnx: the size of a dimension that it leaves open, or input.axis=size; repeatable",
      collected,
    )
    .addHelpText("after", about)
    .action((path: string, flags: InfoFlags) => {
      if (!formats.includes(flags.format)) throw unknownName("format", flags.format, formats);
      return isNetworkFile(path) ? networkInfo(path, flags, io) : traceInfo(path, flags, io);
    });
}

async function traceInfo(path: string, { format, ...others }: InfoFlags, io: Io): Promise<void> {
  const stray = (["batch", "dimension"] as const).find((name) => others[name] !== undefined);
  if (stray)
    throw new InputError(
      `--${stray} goes with FILE.onnx${stray === "batch" ? " or FILE.csv" : ""}, not with a trace`,
    );
  const { steps } = openTraceFile(path);
  const bytes = bytesOf(path);
  const of = steps.reduce((sum, { layers }) => sum + layers.length, 0);
  let done = 0;
  const infos = await withProgress(io, (tell) =>
    steps.map((step) => stepInfo(step, (index) => tell({ what: step.layers[index].name, done: done++, of }))),
  );
  if (format === "json") return io.out(jsonText({ schemaVersion: 1, file: path, bytes, steps: infos }));
  const head = `${printable(path)}: ${counted(bytes, "byte")}, ${counted(steps.length, "step")}\n`;
  io.out([head, ...infos.map(stepInfoText)].join("\n"));
}

/** Of a file, or of the arrays in a folder. */
function bytesOf(path: string): number {
  if (!isFolder(path)) return statSync(path).size;
  return npyFiles(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
}

function networkInfo(path: string, { format, batch, dimension }: InfoFlags, io: Io): void {
  const asked = batch === undefined ? undefined : imagesOf(batch);
  if (!isOnnx(path) && dimension) throw new InputError("--dimension goes with FILE.onnx");
  const network = isOnnx(path)
    ? openOnnx(path, asked, dimensionsOf(dimension ?? []))
    : { ...openTopology(path), images: asked ?? 1, parameters: undefined };
  const layers = network.layers(network.images);
  const { title, source, parameters } = network;
  const coverage = reportCoverage({ layers, coverage: network.coverage });
  const { leftOut } = coverage;
  const facts = { schemaVersion: 1, file: path, title, source, parameters, layers, leftOut, coverage };
  io.out(
    format === "json" ? jsonText(facts) : `${networkText(network, layers)}\n${sourceCoverageText(coverage)}`,
  );
}

function networkText(
  { source, parameters }: { readonly source: string; readonly parameters: number | undefined },
  layers: readonly Layer[],
): string {
  const total = (of: (layer: Layer) => number) => layers.reduce((sum, layer) => sum + of(layer), 0);
  const table = plainTable({
    head: [
      ["layer", "N", "input C H W", "output K P Q", "kernel", "stride", "groups", "weights", "dense MACs"],
    ],
    rows: layers.map((layer) => [
      shortened(layer.name, 40),
      `${layer.N}`,
      `${layer.C} x ${layer.H} x ${layer.W}`,
      `${layer.K} x ${layer.P} x ${layer.Q}`,
      `${layer.R} x ${layer.S}`,
      [...new Set(layer.stride)].join(" x "),
      `${layer.groups}`,
      grouped(gradientSize(layer)),
      grouped(denseMacs(layer)),
    ]),
    foot: [["total", "", "", "", "", "", "", grouped(total(gradientSize)), grouped(total(denseMacs))]],
    left: [0],
  });
  const held = parameters === undefined ? "" : `, ${counted(parameters, "parameter")} in the file`;
  return `${printable(source)}: ${counted(layers.length, "layer")}${held}\n\n${table}`;
}
