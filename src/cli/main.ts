#!/usr/bin/env node
import { runCli } from "./run-cli.ts";

/** A reader that has seen enough (`swg run ... | head`) is no error. */
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    process.stderr.write(`error: output cannot be written (${error.code})\n`);
    process.exit(1);
  });

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  terminal: process.stderr.isTTY === true,
});
