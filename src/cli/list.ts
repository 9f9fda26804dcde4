import type { Command } from "commander";
import { type Accelerator, phasesOf } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { select } from "../accelerators/machine.ts";
import { nodes } from "../energy/nodes/index.ts";
import { unknownName } from "../input-error.ts";
import type { NumberParameter, Parameter } from "../parameter.ts";
import { grouped, jsonText } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { defaultPricing } from "../report/pricing.ts";
import { denseMacs } from "../workload/layer.ts";
import { networks } from "../workload/networks/index.ts";
import type { Network } from "../workload/networks/network.ts";
import type { Io } from "./io.ts";
import { energyTables, energyTablesText } from "./list-energy.ts";
import { fairness, fairnessText } from "./list-fairness.ts";
import { isModulePath, selectMachines } from "./machines.ts";

const examples = `
Examples:
  swg list
  swg list swg
  swg list resnet50
  swg list ./mine.ts
  swg list energy
  swg list fairness
  swg list swg --format json > machine.json        (edit it, then: swg run --machine machine.json ...)`;

const formats = ["table", "json"];

/** What is listed, as a text and as what its JSON holds. */
interface Listing {
  readonly text: () => string;
  readonly data: () => unknown;
}

const catalogue: Listing = {
  text: catalogueText,
  data: () => ({ accelerators: machinesList(), networks: networksList() }),
};

/** What is neither a machine nor a network: what energy is computed from, and what each machine is charged for. */
const subjects: Readonly<Record<string, Listing>> = {
  energy: { text: energyTablesText, data: energyTables },
  fairness: {
    text: () => fairnessText(nodes[defaultPricing.node]),
    data: () => fairness(nodes[defaultPricing.node]),
  },
};

/** Declares the options of `swg list`. */
export function declareList(command: Command, io: Io): void {
  command
    .argument("[name]", "a machine's or a network's name, a module such as ./mine.ts, or: energy, fairness")
    .option("--format <format>", `what to print: ${formats.join(", ")}`, "table")
    .addHelpText("after", examples)
    .action(async (name: string | undefined, { format }: { format: string }) => {
      if (!formats.includes(format)) throw unknownName("format", format, formats);
      const { text, data } = name === undefined ? catalogue : await listingOf(name);
      io.out(format === "table" ? text() : jsonText(data()));
    });
}

/** Throws `InputError` for a name that nothing has. A module of machines is loaded. */
async function listingOf(name: string): Promise<Listing> {
  if (Object.hasOwn(subjects, name)) return subjects[name];
  if (Object.hasOwn(networks, name))
    return {
      text: () => networkText(name, networks[name]),
      data: () => ({ network: name, layers: networks[name].layers(1) }),
    };
  if (isModulePath(name)) {
    const machines = await selectMachines({ accelerators: name });
    return {
      text: () => machines.map(({ label, accelerator }) => parametersText(label, accelerator)).join("\n"),
      data: () => {
        const all = machines.map(({ label, accelerator }) => describeMachine(label, accelerator));
        return all.length === 1 ? all[0] : all;
      },
    };
  }
  if (!Object.hasOwn(accelerators, name))
    throw unknownName("accelerator or network", name, [
      ...Object.keys(accelerators),
      ...Object.keys(networks),
      ...Object.keys(subjects),
    ]);
  const { accelerator } = select(name);
  return {
    text: () => parametersText(name, accelerator),
    data: () => describeMachine(name, accelerator),
  };
}

const machinesList = () =>
  Object.entries(accelerators).map(([name, accelerator]) => {
    const { title, source } = accelerator;
    return { accelerator: name, title, source, phases: phasesOf(accelerator) };
  });

const networksList = () =>
  Object.entries(networks).map(([network, { title, source, input }]) => ({ network, title, source, input }));

function catalogueText(): string {
  const entries = (items: { name: string; title: string; source: string; phases?: readonly string[] }[]) => {
    const width = Math.max(...items.map(({ name }) => name.length));
    const indent = " ".repeat(width + 4);
    return items
      .map(({ name, title, source, phases }) => {
        const lines = [`  ${name.padEnd(width)}  ${title}`, `${indent}from: ${source}`];
        return `${[...lines, ...(phases ? [`${indent}phases: ${phases.join(", ")}`] : [])].join("\n")}\n`;
      })
      .join("");
  };
  const machines = machinesList().map(({ accelerator, ...rest }) => ({ name: accelerator, ...rest }));
  const known = networksList().map(({ network, ...rest }) => ({ name: network, ...rest }));
  return `Machines (swg run --accelerators NAMES)\n\n${entries(machines)}\nNetworks (swg run --network NAME)\n\n${entries(known)}\nPrices of energy and area: swg list energy\nWhat each machine is charged for, and what stays free: swg list fairness\n`;
}

/** A network's layers at batch 1, with their MACs. */
function networkText(name: string, { title, source, layers }: Network): string {
  const rows = layers(1).map((layer) => [
    layer.name,
    `${layer.C} x ${layer.H} x ${layer.W}`,
    `${layer.K} x ${layer.P} x ${layer.Q}`,
    `${layer.R} x ${layer.S}`,
    `${layer.stride[0]}`,
    `${layer.groups}`,
    grouped(denseMacs(layer)),
  ]);
  const table = plainTable({
    head: [["layer", "input C H W", "output K P Q", "kernel", "stride", "groups", "dense MACs an image"]],
    rows,
    left: [0],
  });
  return `${name}: ${title}\nfrom: ${source}\n\n${table}\nRun it with: swg run --network ${name} --batch 1\n`;
}

/** The form that `--machine` reads. */
const describeMachine = (name: string, accelerator: Accelerator) => ({
  accelerator: name,
  title: accelerator.title,
  source: accelerator.source,
  phases: phasesOf(accelerator),
  free: accelerator.free,
  parameters: Object.fromEntries(
    Object.entries(accelerator.parameters).map(([name, parameter]) => [name, describeParameter(parameter)]),
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

function parametersText(name: string, accelerator: Accelerator): string {
  const { title, source, parameters, free } = accelerator;
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
  const freeText = free.map((sentence) => `  - ${sentence}\n`).join("");
  const [first] = Object.keys(parameters);
  const table = plainTable({
    head: [["parameter", "default", "allowed", "meaning"]],
    rows,
    left: [0, 1, 2, 3],
    widths: [null, null, 22, 50],
  });
  return `${name}: ${title}\nfrom: ${source}\nphases: ${phasesOf(accelerator).join(", ")}\n\n${table}\nPerfect or free in its model:\n${freeText}\nChange one with: swg run --set ${name}.${first}=${parameters[first].value} ...\n`;
}
