import type { Command } from "commander";
import type { Accelerator } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { unknownName } from "../input-error.ts";
import type { NumberParameter, Parameter } from "../parameter.ts";
import { plainTable } from "../report/plain-table.ts";
import { select } from "../report/selection.ts";
import type { Io } from "./io.ts";

const examples = `
Examples:
  swg list
  swg list swg
  swg list swg --format json > machine.json        (edit it, then: swg run --machine machine.json ...)`;

const formats = ["table", "json"];

/** Declares `swg list`. */
export function addList(program: Command, io: Io): void {
  program
    .command("list")
    .description("list the machines, or one machine's parameters")
    .argument("[machine]", "its name")
    .option("--format <format>", `what to print: ${formats.join(", ")}`, "table")
    .addHelpText("after", examples)
    .action((name: string | undefined, { format }: { format: string }) => {
      if (!formats.includes(format)) throw unknownName("format", format, formats);
      const text = format === "table";
      if (name === undefined) return io.out(text ? machinesText() : json(machinesList()));
      const { accelerator } = select(name);
      io.out(text ? parametersText(name, accelerator) : json(describeMachine(name, accelerator)));
    });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const machinesList = () =>
  Object.entries(accelerators).map(([accelerator, { title, source }]) => ({ accelerator, title, source }));

function machinesText(): string {
  const names = Object.keys(accelerators);
  const width = Math.max(...names.map((name) => name.length));
  return machinesList()
    .map(({ accelerator, title, source }) => {
      const indent = " ".repeat(width + 2);
      return `${accelerator.padEnd(width)}  ${title}\n${indent}from: ${source}\n`;
    })
    .join("");
}

/** The form that `--machine` reads. */
const describeMachine = (accelerator: string, { title, source, parameters }: Accelerator) => ({
  ...{ accelerator, title, source },
  parameters: Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, describeParameter(parameter)]),
  ),
});

const describeParameter = (parameter: Parameter) => ({
  value: parameter.value,
  ...("unit" in parameter && { unit: parameter.unit }),
  ...range(parameter),
  ...("choices" in parameter && { choices: parameter.choices }),
  about: parameter.about,
});

function range(parameter: Parameter): { min: number; max: number } | undefined {
  if (typeof parameter.value !== "number") return undefined;
  const { min = 1, max = 1024 } = parameter as NumberParameter;
  return { min, max };
}

function parametersText(name: string, { title, source, parameters }: Accelerator): string {
  const rows = Object.entries(parameters).map(([parameter, declared]) => {
    const limits = range(declared);
    const allowed = limits
      ? `${limits.min} to ${limits.max}`
      : "choices" in declared
        ? declared.choices.join(", ")
        : "true, false";
    const unit = "unit" in declared ? ` ${declared.unit}` : "";
    return [parameter, `${declared.value}${unit}`, allowed, declared.about];
  });
  const [first] = Object.keys(parameters);
  const table = plainTable({
    head: [["parameter", "default", "allowed", "meaning"]],
    ...{ rows, left: [0, 1, 2, 3], widths: [null, null, 22, 50] },
  });
  return `${name}: ${title}\nfrom: ${source}\n\n${table}\nChange one with: swg run --set ${name}.${first}=${parameters[first].value} ...\n`;
}
