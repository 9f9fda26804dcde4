import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { InputError, unknownName } from "../input-error.ts";
import { shortened } from "../report/format.ts";
import { computersError } from "../system-error.ts";
import { commands } from "./commands.ts";
import { Interrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { refuseTwoValues } from "./once.ts";

const examples = `
Examples:
  swg demo                                         train, capture, simulate, report: the whole way in one command
  swg run --trace out/trace-after.safetensors      simulate a captured training step
  swg run --help                                   every option of a command
  swg list swg                                     a machine's parameters`;

/**
 * Runs one command line, without the program's name. Returns the exit code, 130 after Ctrl-C, 143 after SIGTERM; whatever is wrong is on
 * `io.err`.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const program = new Command("swg")
    .description(
      "Simulates SWG, an accelerator for sparse weight gradients, on real training steps:\n" +
        "verified values, exact cycles, and why it is not faster.",
    )
    .version(version())
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => {} })
    .addHelpText("after", examples);
  for (const [name, { about }] of Object.entries(commands)) program.command(name).description(about);
  try {
    await declareAsked(program, argv, io);
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && /^commander\.(help|version)/.test(error.code))
      return error.exitCode;
    if (error instanceof Interrupted) {
      io.err(`${shortened(error.message, longestLine)}\n`);
      return error.exitCode;
    }
    io.err(`${message(error, program.commands.find((command) => command.name() === argv[0]) ?? program)}\n`);
    return 1;
  }
}

/** Loads the command that is run, or whose help is asked for, and no other. Throws `InputError` for a name that is none. */
async function declareAsked(program: Command, argv: readonly string[], io: Io): Promise<void> {
  const words = argv.filter((word) => !word.startsWith("-"));
  const name = argv[0] === "help" ? words[1] : argv[0];
  if (name === undefined || name.startsWith("-")) return;
  if (!Object.hasOwn(commands, name)) throw unknownName("command", name, [...Object.keys(commands), "help"]);
  const command = program.commands.find((one) => one.name() === name)!;
  (await commands[name].declare())(command, io);
  refuseTwoValues(command);
}

/** Characters of an error: it may list names of a file that has tens of thousands. */
const longestLine = 2000;

/** One line for what a user can put right; a stack for a bug of ours. */
function message(error: unknown, command: Command): string {
  if (error instanceof InputError) return `error: ${shortened(error.message, longestLine)}`;
  if (error instanceof CommanderError) {
    const options = command.options.map(({ long }) => long).join(", ");
    const known = error.code === "commander.unknownOption" ? `; known: ${options}` : "";
    return shortened(`${error.message}${known}`, longestLine);
  }
  const computers = computersError(error);
  if (computers !== undefined) return `error: ${shortened(computers, longestLine)}`;
  return `unexpected error, a bug in swg: ${(error as Partial<Error>)?.stack ?? String(error)}`;
}

/** package.json lies two folders up from src/cli and from dist/cli. */
function version(): string {
  const packageJson = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(packageJson) as { version: string }).version;
}
