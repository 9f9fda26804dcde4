import type { Command } from "commander";
import type { Machine } from "../accelerators/machine.ts";
import { InputError, unknownName } from "../input-error.ts";
import { type BrokenRule, checkMachine, type MachineCheck } from "../report/check-machine.ts";
import { counted, jsonText } from "../report/format.ts";
import type { Layer } from "../workload/layer.ts";
import { interruptible, pause } from "./interrupt.ts";
import { type Io, withProgress } from "./io.ts";
import { selectMachines } from "./machines.ts";
import { collected } from "./name-list.ts";
import { whole } from "./whole-number.ts";

const about = `
Layers are drawn at random from the seed: kernels, strides, paddings, dilations, groups and linear ones, of any density, masked
or not; half of them run with the machine's parameters, half with others. Ends with 1 where a rule is broken. What a machine
may be made of, and what a module must look like: ARCHITECTURE.md, "A machine of your own".

Examples:
  swg check ./mine.ts
  swg check mine=./mine.ts:macs=64 --layers 1000 --seed 7
  swg check swg,lnpu --format json`;

const formats = ["table", "json"];

interface CheckFlags {
  readonly seed: string;
  readonly layers: string;
  readonly format: string;
  readonly set?: readonly string[];
}

/** Declares the options of `swg check`. */
export function declareCheck(command: Command, io: Io): void {
  command
    .argument("<machines>", "as --accelerators of swg run: a module such as ./mine.ts, a known name, ...")
    .option("--seed <number>", "what layers are drawn from", "1")
    .option("--layers <number>", "how many are drawn", "200")
    .option("--set <label.parameter=value>", "change a parameter; repeatable", collected)
    .option("--format <format>", `what to print: ${formats.join(", ")}`, "table")
    .addHelpText("after", about)
    .action((machines: string, flags: CheckFlags) =>
      interruptible((signal) => check(machines, flags, io, signal)),
    );
}

async function check(text: string, flags: CheckFlags, io: Io, signal: AbortSignal): Promise<void> {
  if (!formats.includes(flags.format)) throw unknownName("format", flags.format, formats);
  const seed = whole("--seed", flags.seed, 0, 2 ** 53 - 1);
  const layers = whole("--layers", flags.layers, 1, 100_000);
  const { set } = flags;
  const machines = await selectMachines({ accelerators: text, ...(set && { set }) });
  const checks: { machine: Machine; found: MachineCheck }[] = [];
  await withProgress(io, async (tell) => {
    for (const [done, machine] of machines.entries()) {
      tell({ what: machine.label, done, of: machines.length });
      await pause(signal);
      checks.push({ machine, found: checkMachine(machine, seed, layers) });
    }
  });
  io.out(
    flags.format === "json"
      ? jsonText({
          schemaVersion: 1,
          seed,
          layers,
          machines: checks.map(({ machine, found }) => ({ machine: machine.label, ...found })),
        })
      : checks.map(({ machine, found }) => checkText(machine, found, layers, seed)).join("\n"),
  );
  const wrong = checks.filter(({ found }) => found.results.some(({ broken }) => broken));
  if (wrong.length > 0)
    throw new InputError(
      `machines that break a rule: ${wrong.map(({ machine }) => machine.label).join(", ")}`,
    );
}

function checkText(
  { label, accelerator }: Machine,
  found: MachineCheck,
  layers: number,
  seed: number,
): string {
  const lines = found.results.map(({ phase, rule, broken }) =>
    broken ? `OFF    ${phase}  ${rule}\n${brokenText(broken)}` : `right  ${phase}  ${rule}\n`,
  );
  const { refused, refusal } = found;
  const refusals = refused > 0 ? `${counted(refused, "run")} refused, the last with: ${refusal}\n` : "";
  return `${label}: ${accelerator.title}\n${counted(layers, "layer")} drawn from seed ${seed}\n\n${lines.join("")}${refusals}`;
}

function brokenText({ what, drawn, layer, parameters }: BrokenRule): string {
  const set = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return `       ${what}\n       layer ${drawn}: ${shape(layer)}\n${set.length > 0 ? `       with ${set.join(", ")}\n` : ""}`;
}

const shape = ({ type, N, C, H, W, K, P, Q, R, S, stride, padding, dilation, groups }: Layer): string =>
  `${type}, N ${N}, C H W ${C} x ${H} x ${W}, K P Q ${K} x ${P} x ${Q}, kernel ${R} x ${S}, stride ${stride.join(" x ")}, ` +
  `padding ${padding.join(" ")}, dilation ${dilation.join(" x ")}, groups ${groups}`;
