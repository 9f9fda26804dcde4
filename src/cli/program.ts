import { meaningOf } from "../system-error.ts";
import { runCli } from "./run-cli.ts";

/** Runs the command line that the process was started with. */
export async function runProgram(): Promise<void> {
  // a reader that has seen enough (`swg run ... | head`) is no error
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      process.stderr.write(`error: output cannot be written: ${meaningOf(error.code ?? error.message)}\n`);
      process.exit(1);
    });

  // a machine of one's own may wait for what never comes: then nothing is left to do, and nothing was done
  process.exitCode = 1;
  const unfinished = () => process.stderr.write("error: ended before it was done\n");
  process.once("beforeExit", unfinished);
  const code = await runCli(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    // asked each time: a window changes its size
    get columns() {
      return process.stderr.columns;
    },
  });
  process.off("beforeExit", unfinished);
  process.exitCode = code;
}
