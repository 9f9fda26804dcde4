import type { Command } from "commander";
import { defaultAccelerators } from "../accelerators/index.ts";
import { printable } from "../report/format.ts";
import { select } from "../report/selection.ts";
import { reportText } from "../report/text.ts";
import { reportFiles, writeFiles, writtenText } from "../report/write-report.ts";
import { uninterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { simulate } from "./simulate.ts";
import { type TrainFlags, trainWithProgress } from "./train.ts";
import { verify } from "./verify.ts";

/** Declares `swg demo`, which is what `npm start` does. */
export function addDemo(program: Command, io: Io): void {
  program
    .command("demo")
    .description("train, capture, verify, simulate and report in one go: what `npm start` does")
    .option("--out <folder>", "where traces and report go", "out")
    .option("--seed <number>", "as for train", "1")
    .option("--epochs <number>", "as for train", "3")
    .action(async (flags: TrainFlags) => {
      const { paths } = trainWithProgress(flags, io);
      io.out("\nThe gradients of the step after training, computed in the SWG machine's order of work\n\n");
      await verify({ trace: paths.after, on: "swg" }, io);
      io.out("\nSimulating the step after training, and its ablation\n\n");
      const selections = defaultAccelerators.map((name) => select(name));
      const step = { trace: paths.after };
      const report = await simulate({ step, selections, engine: "fast", options: { ablation: true } }, io);
      const files = await reportFiles(report);
      uninterrupted(() => writeFiles(flags.out, files));
      const written = [paths.before, paths.after].map((path) => `wrote ${printable(path)}\n`).join("");
      io.out(`${reportText(report)}\n${written}${writtenText(flags.out, files)}`);
      io.out(`\n${whatNext(printable(paths.after))}`);
    });
}

const whatNext = (trace: string): string => `What to try next:
  npx --no swg run --trace ${trace} --set swg.columns=32
  npx --no swg run --trace ${trace} --set swg.intraColumn=false --layers conv2
  npx --no swg verify --trace ${trace}
  npx --no swg list swg
`;
