import type { Command } from "commander";
import accelerator from "../accelerators/swg.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import { columnTimeline, type Timeline } from "../hardware/timeline/timeline.ts";
import { InputError } from "../input-error.ts";
import { fastMapping } from "../kernel/wasm.ts";
import { withFont } from "../report/figures/font.ts";
import { printable } from "../report/format.ts";
import { timelineFigure } from "../report/timeline/figure.ts";
import { timelineText } from "../report/timeline/text.ts";
import { timelineTraceEvents } from "../report/timeline/trace-events.ts";
import { timelineVcd } from "../report/timeline/waveform.ts";
import { writeWholeFile } from "../trace/whole-file.ts";
import { uninterrupted } from "./interrupt.ts";
import { type Io, withProgress } from "./io.ts";
import { mappingHelp, selectMachines } from "./machines.ts";
import { collected } from "./name-list.ts";
import { layersOf } from "./run-request.ts";
import { type StepFlags, stepOf } from "./training-step.ts";
import { whole } from "./whole-number.ts";

const about = `
The layer runs on the cycle model of swg, which takes a minute for the largest. A file that ends in .vcd is a waveform for
GTKWave or Surfer, one in .json a trace for ui.perfetto.dev, in which a microsecond is a cycle, one in .svg a figure.

Examples:
  swg timeline --trace out/trace-after.safetensors --layer conv2
  swg timeline --trace out/trace-after.safetensors --layer conv2 --column 3 --cycles 200:400
  swg timeline --trace out/trace-after.safetensors --layer conv2 --cycles 0:5000 --out conv2.json`;

/** Cycles at most in a file: some hundreds of MB of text. */
const mostCycles = 1_000_000;
/** Cycles that are shown where none are asked for. */
const usualCycles = 120;

interface TimelineFlags extends StepFlags {
  readonly layer: string;
  readonly column: string;
  readonly cycles?: string;
  readonly set?: readonly string[];
  readonly machine?: readonly string[];
  readonly mapping?: string;
  readonly out?: string;
}

/** What a file holds, by the end of its name. */
const files: Readonly<Record<string, (timeline: Timeline, layer: string, clockMhz: number) => string>> = {
  vcd: (timeline, _, clockMhz) => timelineVcd(timeline, clockMhz),
  json: timelineTraceEvents,
  svg: (timeline) => withFont(timelineFigure(timeline)),
};

/** Declares the options of `swg timeline`. */
export function declareTimeline(command: Command, io: Io): void {
  command
    .option("--trace <file>", "the captured training step (safetensors, .npz, or a folder of .npy)")
    .option("--steps <number>", "with --trace: which step, by its number, where it has several")
    .option(
      "--network <name>",
      "instead of a trace: layers with made-up zeros, of a network (see swg list), FILE.onnx or FILE.csv, a SCALE-Sim topology",
    )
    .option(
      "--dimension <name=size>",
      "with FILE.onnx: the size of a dimension that it leaves open; repeatable",
      collected,
    )
    .option("--batch <number>", "with --network: images (default: 32, 1 of FILE.onnx and FILE.csv)")
    .option("--seed <number>", "with --network: another seed, other zeros (default: 1)")
    .option(
      "--density <fmap=.4,emap=.3,mask=.2>",
      "with --network: shares of nonzeros, for every layer, of a mask also N of each M channels (mask=2:4)",
    )
    .option("--zeros <kind>", "with --network: fitted (as uneven as real ones) or coins (default: fitted)")
    .requiredOption("--layer <name>", "the layer")
    .option("--column <number>", "the column, from 0", "0")
    .option(
      "--cycles <from:to>",
      `its cycles, from 0, the last not included (default: ${usualCycles} from its first pair on)`,
    )
    .option("--set <swg.parameter=value>", "change a parameter; repeatable", collected)
    .option("--machine <file>", "parameters from a file", collected)
    .option("--mapping <number=value>", mappingHelp)
    .option("--out <file>", "write a .vcd, .json or .svg instead of printing text")
    .addHelpText("after", about)
    .action((flags: TimelineFlags) => timeline(flags, io));
}

async function timeline(flags: TimelineFlags, io: Io): Promise<void> {
  const { column: columnText, cycles, out } = flags;
  const kind = out === undefined ? undefined : /\.([^.]*)$/.exec(out)?.[1].toLowerCase();
  if (out !== undefined && !Object.hasOwn(files, kind ?? ""))
    throw new InputError(
      `--out must end in ${Object.keys(files)
        .map((end) => `.${end}`)
        .join(", ")}, is ${JSON.stringify(out)}`,
    );
  const window = cycles === undefined ? { firstBusy: usualCycles } : range(cycles);
  const [{ parameters: chosen }] = await selectMachines({ ...flags, accelerators: "swg" });
  const parameters = chosen as unknown as SwgParameters;
  const column = whole("--column", columnText, 0, parameters.columns - 1);
  const { trace: step } = stepOf(flags);
  const [name, ...more] = layersOf(step, flags.layer)!;
  if (more.length > 0) throw new InputError(`--layer must be one layer, is ${JSON.stringify(flags.layer)}`);
  const made = await withProgress(io, (onProgress) => {
    onProgress({ what: `${name} on the cycle model of ${accelerator.title.split(":")[0]}`, done: 0, of: 1 });
    const given = step.occupancy(name);
    const occupied = flattenPointwise(given);
    const mapping = fastMapping(given, parameters);
    return columnTimeline(occupied, layerStatistics(occupied), mapping, parameters, { column, ...window });
  });
  if (made.spans[0].length === 0)
    throw new InputError(
      `--cycles must begin within the layer's ${made.layerCycles}, is ${JSON.stringify(cycles)}`,
    );
  if (out === undefined) return io.out(timelineText(made));
  const bytes = new TextEncoder().encode(files[kind!](made, name, parameters.clockMhz));
  uninterrupted(() => writeWholeFile(out, [bytes]));
  const [{ from }, { to }] = [made.spans[0][0], made.spans[0].at(-1)!];
  io.err(`wrote ${printable(out)}: cycles ${from} to ${to - 1} of ${made.layerCycles}\n`);
}

/** `200:400`. Throws `InputError`. */
function range(text: string): { readonly from: number; readonly to: number } {
  const [, first, last] = /^(\d{1,15}):(\d{1,15})$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (from < to && to - from <= mostCycles) return { from, to };
  throw new InputError(
    `--cycles must be FROM:TO, TO after FROM, at most ${mostCycles} cycles, is ${JSON.stringify(text)}`,
  );
}
