import type { Command } from "commander";
import { select } from "../accelerators/machine.ts";
import { printable } from "../report/format.ts";
import { reportText } from "../report/text.ts";
import { reportFiles, writeFiles, writtenPaths, writtenText } from "../report/write-report.ts";
import { Interrupted, interruptible, pause } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { simulateWithWhy } from "./simulate.ts";
import { type TrainFlags, trainWithProgress } from "./train.ts";
import { stepOf } from "./training-step.ts";
import { verify } from "./verify.ts";

interface DemoFlags extends TrainFlags {
  readonly ablation?: boolean;
}

/** SWG, two machines that skip zeros in other ways, and one that skips none. */
const compared = ["swg", "sparsetrain", "lnpu", "dense"] as const;

/** Declares the options of `swg demo`, which is what `npm start` does. */
export function declareDemo(command: Command, io: Io): void {
  command
    .option("--out <folder>", "where traces and report go", "out")
    .option("--seed <number>", "as for train", "1")
    .option("--epochs <number>", "as for train", "3")
    .option("--ablation", "also run swg with each mechanism removed, and added, in turn")
    .action((flags: DemoFlags) => interruptible((signal) => demo(flags, io, signal)));
}

async function demo(flags: DemoFlags, io: Io, signal: AbortSignal): Promise<void> {
  const { paths } = await trainWithProgress(flags, io, signal);
  io.err(writtenPaths(Object.values(paths)));
  try {
    io.out("\nThe gradients of the step after training, computed in the SWG machine's order of work\n\n");
    await verify({ trace: paths.after, on: "swg" }, io);
    io.out("\nSimulating the step after training\n\n");
    const machines = compared.map((name) => select(name));
    const step = stepOf({ trace: paths.after });
    const request = { step, machines, engine: "fast", options: { ablation: flags.ablation === true } };
    const report = await simulateWithWhy(request, io, signal);
    const files = await reportFiles(report, signal);
    await pause(signal);
    writeFiles(flags.out, files);
    io.out(`${reportText(report)}\n${whatNext(printable(paths.after))}`);
    io.err(writtenText(flags.out, files));
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(error.signal, Object.values(paths)) : error;
  }
}

const whatNext = (trace: string): string => `What to try next:
  npx swg run --trace ${trace} --accelerators all
  npx swg run --trace ${trace} --set swg.columns=32 --why
  npx swg run --trace ${trace} --set swg.intraColumn=false --layers conv2
  npx swg verify --trace ${trace}
  npx swg list swg
`;
