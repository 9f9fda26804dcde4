import { basename } from "node:path";
import { type Machine, withParameters } from "../accelerators/machine.ts";
import { InputError, unknownName } from "../input-error.ts";
import { type Parameter, parseValue } from "../parameter.ts";
import { allOf } from "../report/format.ts";
import type { SweepAxis } from "../sweep/axis.ts";
import type { PointValues } from "../sweep/space.ts";
import { stepAxes } from "../sweep/sweep.ts";
import { called, refuseAtEqualArea } from "./machines.ts";
import { pricingIn, type RequestFlags, type RunSettings, requestOf, settingsOf } from "./run-request.ts";
import type { RunRequest } from "./simulate.ts";
import { type StepFlags, stepOf } from "./training-step.ts";

/** A command line whose flags differ from point to point in what its axes vary. */
export interface AxisRuns {
  readonly settings: RunSettings;
  /** the axes, parameters with their units */
  readonly axes: readonly SweepAxis[];
  machinesAt(values: PointValues): Machine[];
  /** The run at a point. Its training step is opened once for all points that share it. */
  requestAt(values: PointValues): RunRequest;
}

/** What can be swept beside a machine's parameters. */
const knownAxes = (): string[] => [
  "batch",
  ...stepAxes,
  ...Object.keys(densities),
  ...pricingAxes,
  "LABEL.PARAMETER (see swg list)",
];

const pricingAxes = ["node", "dram"] as const;

const densities: Readonly<Record<string, readonly string[]>> = {
  "density.fmap": ["fmap"],
  "density.emap": ["emap"],
  "density.mask": ["mask"],
  "density.maps": ["fmap", "emap"],
};

/** Whether an axis changes the training step: other work, and not another machine. */
export const isOfStep = (name: string): boolean =>
  name === "batch" || stepAxes.some((known) => known === name) || Object.hasOwn(densities, name);

const isOfPricing = (name: string): name is (typeof pricingAxes)[number] =>
  pricingAxes.some((known) => known === name);

/**
 * What the axes mean for a command line. Every value is checked, beside the first values of the other axes. `machines` are those
 * of the flags where they are known already. Throws `InputError`.
 */
export async function axisRuns(
  axes: readonly SweepAxis[],
  flags: RequestFlags,
  known?: RunSettings,
): Promise<AxisRuns> {
  checkNames(axes);
  const settings = known ?? (await settingsOf(flags));
  const parameters = axes
    .filter(({ name }) => !isOfStep(name) && !isOfPricing(name))
    .map((axis) => parameterAxis(axis, settings.machines, flags));
  for (const { name } of axes) if (isOfPricing(name)) refusePricing(name, flags);
  const steps = new Map<string, RunRequest>();
  const machinesAt = (values: PointValues) =>
    settings.machines.map((machine) => {
      const changed = parameters.filter(
        ({ label, name }) => label === machine.label && Object.hasOwn(values, name),
      );
      return changed.length === 0
        ? machine
        : withParameters(machine, Object.fromEntries(changed.map((axis) => axis.given(values))));
    });
  const requestAt = (values: PointValues): RunRequest => {
    const ofStep = Object.entries(values).filter(([name]) => isOfStep(name));
    const key = JSON.stringify(ofStep);
    if (!steps.has(key)) steps.set(key, stepRequest(settings, flags, ofStep));
    const request = steps.get(key)!;
    const options = { ...request.options, ...pricingAt(flags, values) };
    return { ...request, options, machines: machinesAt(values) };
  };
  const first: PointValues = Object.fromEntries(axes.map(({ name, values }) => [name, values[0]]));
  for (const { name, values } of axes) for (const value of values) requestAt({ ...first, [name]: value });
  const units = new Map(parameters.map(({ name, unit }) => [name, unit]));
  return {
    settings,
    axes: axes.map((axis) => {
      const unit = units.get(axis.name);
      return unit === undefined ? axis : { ...axis, unit };
    }),
    machinesAt,
    requestAt,
  };
}

function checkNames(axes: readonly SweepAxis[]): void {
  const seen = new Set<string>();
  for (const { name } of axes) {
    if (seen.has(name)) throw new InputError(`${name} is swept twice`);
    seen.add(name);
    const parameter = /^[^.]+\.[^.]+$/.test(name) && !name.startsWith("density.");
    if (!isOfStep(name) && !isOfPricing(name) && !parameter) throw unknownName("sweep", name, knownAxes());
  }
}

interface ParameterAxis {
  readonly name: string;
  /** of its machine */
  readonly label: string;
  readonly unit: string | undefined;
  /** the parameter and its value at a point that has one */
  readonly given: (values: PointValues) => readonly [string, unknown];
}

function parameterAxis(
  { name, values }: SweepAxis,
  machines: readonly Machine[],
  flags: RequestFlags,
): ParameterAxis {
  refuse(
    name,
    (flags.set ?? []).filter((text) => text.startsWith(`${name}=`)).map((text) => `--set ${text}`),
  );
  const [label, parameter] = name.split(".");
  const byLabel = new Map(machines.map((machine) => [machine.label, machine]));
  const { accelerator } = called(byLabel, `${name}=${values[0]}`, label);
  const declared: Parameter | undefined = Object.hasOwn(accelerator.parameters, parameter)
    ? accelerator.parameters[parameter]
    : undefined;
  if (flags.equalArea) refuseAtEqualArea(machines, label, parameter, values[0]);
  return {
    name,
    label,
    unit: declared && "unit" in declared ? declared.unit : undefined,
    given: ({ [name]: value }) => [parameter, declared ? parseValue(declared, String(value)) : value],
  };
}

/** A node or a kind of DRAM is always there: what is refused is one that differs from the usual. */
function refusePricing(name: (typeof pricingAxes)[number], flags: RequestFlags): void {
  const usual = pricingIn({ node: "65", dram: "lpddr4" });
  if (flags[name] !== usual[name]) refuse(name, [`--${name} ${flags[name]}`]);
}

function pricingAt({ node, dram }: RequestFlags, values: PointValues) {
  const at = (name: (typeof pricingAxes)[number], given: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : given;
  return Object.keys(values).some(isOfPricing)
    ? pricingIn({ node: at("node", node), dram: at("dram", dram) })
    : {};
}

/** The run of the step at a point. What is wrong with it is said of what was typed: `batch`, and not `--batch`. */
function stepRequest(
  settings: RunSettings,
  flags: RequestFlags,
  values: readonly (readonly [string, number | string])[],
): RunRequest {
  let at: StepFlags = flags;
  const swept: string[] = [];
  for (const [name, value] of values) {
    const { flag, ...next } = stepFlagsAt(at, flags, name, value);
    at = next.at;
    swept.push(flag);
  }
  try {
    return requestOf(settings, stepOf(at), flags.layers);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const said = (message: string, flag: string) => message.replaceAll(flag, flag.replace(/^--/, ""));
    throw new InputError(swept.reduce(said, error.message));
  }
}

/** The flags of the step at one value of an axis, and the one that the axis stands for, as messages have it. `typed`: without any axis. */
function stepFlagsAt(
  flags: StepFlags,
  typed: StepFlags,
  name: string,
  value: number | string,
): { at: StepFlags; flag: string } {
  if (name === "batch") {
    refuse(name, typed.batch === undefined ? [] : ["--batch"]);
    return { at: { ...flags, batch: String(value) }, flag: "--batch" };
  }
  const step = stepAxes.find((known) => known === name);
  if (step) {
    refuse(
      name,
      stepAxes.filter((known) => typed[known] !== undefined).map((known) => `--${known}`),
    );
    return { at: { ...flags, [step]: String(value) }, flag: `--${step}` };
  }
  const given = (typed.density ?? "")
    .split(",")
    .filter((text) => densities[name].includes(text.split("=")[0].trim()));
  refuse(
    name,
    given.map((text) => `--density ${text}`),
  );
  const swept = densities[name].map((tensor) => `${tensor}=${value}`);
  const density = [...(flags.density ? [flags.density] : []), ...swept].join(",");
  return { at: { ...flags, density }, flag: flags.density === undefined ? "--density" : name };
}

/** What is swept cannot be given beside it. */
function refuse(name: string, given: readonly string[]): void {
  if (given.length > 0) throw new InputError(`${allOf(given)} cannot be given when ${name} is swept`);
}

/** Values as documents show them: traces by the names of their files, where these differ; folders say nothing. */
export function shownValues({ name, values }: SweepAxis): SweepAxis["values"] {
  if (name !== "trace") return values;
  const names = values.map((path) => basename(String(path), ".safetensors"));
  return new Set(names).size === names.length ? names : values;
}
