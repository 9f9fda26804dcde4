import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../../src/input-error.ts";

type RunCli = typeof import("../../src/cli/run-cli.ts")["runCli"];
let loaded: Promise<RunCli> | undefined;

/** The built program, which finds beside it what it needs. */
function program(): Promise<RunCli> {
  loaded ??= import(pathToFileURL(resolve("dist/cli/run-cli.js")).href).then(
    ({ runCli }) => runCli as RunCli,
  );
  return loaded;
}

/**
 * What a command line prints. Throws `InputError` where it is refused in one line, and any other error where it ends in
 * another way. Help is printed by whoever asks for it, or says nothing at all.
 */
export async function printedBy(words: readonly string[]): Promise<string> {
  const runCli = await program();
  let out = "";
  let err = "";
  const code = await runCli([...words], {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    terminal: false,
  });
  if (code === 0 || err.includes("Usage: swg")) return out;
  if (code === 1 && /(^|\n)error: [^\n]+\n$/.test(err) && !/a bug in swg/.test(err))
    throw new InputError(err);
  throw new Error(`exit code ${code}: ${err.slice(0, 2000)}`);
}
