import type { Accelerator } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { knownName, type Machine, type ModuleFile, machineOf, select } from "../accelerators/machine.ts";
import { allMachines, checkLabel } from "../accelerators/machine-label.ts";
import { mappingNumbers } from "../hardware/parameters.ts";
import { InputError, quoted, unknownName } from "../input-error.ts";
import { parseValue } from "../parameter.ts";
import { equalAreaYardstick } from "../report/equal-area.ts";
import { fileLabel } from "./file-label.ts";
import { type MachineFile, readMachineFile } from "./machine-file.ts";
import { nameList } from "./name-list.ts";

/** What the command line says about machines, as typed. */
export interface MachineFlags {
  /** items separated by commas, as `machineItems` says */
  readonly accelerators: string;
  /** [label=]path */
  readonly machine?: readonly string[];
  /** label.parameter=value */
  readonly set?: readonly string[];
  /** number=value,... of the mapping of every SWG */
  readonly mapping?: string;
  readonly equalArea?: boolean;
}

/** What an item of `--accelerators` can be, for help and messages. */
export const machineItems = "NAME, LABEL=NAME:PARAMETER=VALUE, a module such as ./mine.ts, or all";

/** A machine whose parameters are still being collected. */
interface Draft {
  readonly label: string;
  readonly accelerator: Accelerator;
  readonly module?: ModuleFile;
  /** by parameter, later ones over earlier ones */
  readonly given: Map<string, unknown>;
}

/**
 * The machines of a run: defaults, overridden by what stands in `--accelerators`, by machine files, and last by `--set`.
 * Modules that it names are loaded. Throws `InputError`.
 */
export async function selectMachines(flags: MachineFlags): Promise<Machine[]> {
  const drafts = new Map<string, Draft>();
  const items = nameList("--accelerators", flags.accelerators, Object.keys(accelerators));
  for (const item of items)
    for (const draft of await draftsOf(item)) {
      if (drafts.has(draft.label))
        throw new InputError(
          `--accelerators has ${quoted(draft.label)} twice; a label tells them apart, as other=${item}`,
        );
      drafts.set(draft.label, draft);
    }
  applyFiles(drafts, flags.machine ?? []);
  if (flags.mapping !== undefined) applyMapping(drafts, flags.mapping);
  applySettings(drafts, flags.set ?? []);
  const machines = Array.from(drafts.values(), ({ label, accelerator, module, given }) => ({
    ...machineOf(label, accelerator, Object.fromEntries(given) as Machine["parameters"]),
    ...(module && { module }),
  }));
  if (flags.equalArea) checkEqualArea(machines, drafts);
  return machines;
}

/** At equal area the sizes of other arrays follow: one that is given would be ignored. Throws `InputError`. */
function checkEqualArea(machines: readonly Machine[], drafts: ReadonlyMap<string, Draft>): void {
  const { label: yardstick } = equalAreaYardstick(machines);
  if (machines.every(({ label }) => label === yardstick))
    throw new InputError(
      `--equal-area needs a machine beside ${yardstick} in --accelerators, whose area is ${yardstick}'s`,
    );
  for (const machine of machines) {
    const { grows } = machine.accelerator;
    const given = drafts.get(machine.label)!.given;
    if (given.has(grows)) refuseAtEqualArea(machines, machine.label, grows, given.get(grows));
  }
}

/** Refuses a parameter that equal area decides. Throws `InputError`. */
export function refuseAtEqualArea(
  machines: readonly Machine[],
  label: string,
  parameter: string,
  value: unknown,
): void {
  const machine = machines.find((one) => one.label === label);
  if (machine?.accelerator.grows === parameter && label !== equalAreaYardstick(machines).label)
    throw new InputError(
      `${label}.${parameter}=${value} cannot be given with --equal-area, which decides it`,
    );
}

/** The machines that one item of `--accelerators` stands for. */
async function draftsOf(item: string): Promise<Draft[]> {
  if (item === allMachines) return Object.keys(accelerators).map((name) => draftOf(name, name));
  const parts = /^(?:([^=:]*)=)?([^:]*)((?::[^:]*)*)$/.exec(item);
  const [, label, body, settings] = parts!;
  if (settings !== "" && label === undefined)
    throw new InputError(
      `--accelerators: ${quoted(item)} changes parameters and needs a label, as ${exampleLabel(body)}=${item}`,
    );
  if (isModulePath(body)) {
    // only who brings a machine waits for what loads it
    const { loadModule } = await import("./machine-module.ts");
    const loaded = (await loadModule(body, label)).map((machine) => ({ ...machine, given: new Map() }));
    return loaded.map((draft) => withSettings(draft, settings, item));
  }
  if (label !== undefined) checkLabel(`label of ${quoted(item)}`, label, body);
  return [withSettings(draftOf(body, label ?? body), settings, item)];
}

const draftOf = (name: string, label: string): Draft => {
  const { accelerator } = select(name);
  return { label, accelerator, given: new Map() };
};

const exampleLabel = (body: string): string => (/^[a-z]/i.exec(body)?.[0] ?? "m").toLowerCase().concat("2");

/** A module is told from a name by a slash or by its ending. */
export const isModulePath = (body: string): boolean => /[/\\]|\.[cm]?[jt]s(#|$)/.test(body);

function withSettings(draft: Draft, settings: string, item: string): Draft {
  for (const text of settings.split(":").slice(1)) {
    const [, parameter, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (parameter === undefined)
      throw new InputError(
        `--accelerators: ${quoted(item)} must have PARAMETER=VALUE after each colon, has ${quoted(text)}`,
      );
    if (draft.given.has(parameter))
      throw new InputError(`--accelerators: ${quoted(item)} gives ${parameter} twice`);
    draft.given.set(parameter, typed(draft, parameter, value));
  }
  return draft;
}

/** A value as its parameter wants it; rules are checked later, with all the others. */
function typed({ accelerator: { parameters } }: Draft, parameter: string, value: string): unknown {
  return Object.hasOwn(parameters, parameter) ? parseValue(parameters[parameter], value) : value;
}

function applyFiles(drafts: ReadonlyMap<string, Draft>, files: readonly string[]): void {
  const described = new Set<string>();
  for (const text of files) {
    const [, label, path = text] = /^([A-Za-z][\w-]*)=(.*)$/s.exec(text) ?? [];
    const { accelerator, given } = readMachineFile(path);
    const draft = called(drafts, `--machine ${text}`, label ?? accelerator, `${path}: `);
    const { label: own } = draft;
    const name =
      knownName(draft.accelerator) ??
      (draft.module && (draft.module.key ?? fileLabel(draft.module.path))) ??
      own;
    if (name !== accelerator)
      throw new InputError(`--machine ${text}: ${quoted(own)} is ${name}, the file is of ${accelerator}`);
    checkGiven(path, draft, given);
    if (described.has(own))
      throw new InputError(`--machine ${path}: accelerator ${quoted(own)} already has a file`);
    described.add(own);
    for (const [parameter, value] of Object.entries(given)) draft.given.set(parameter, value);
  }
}

/** What a file sets, checked by itself, so that the file is named. */
function checkGiven(path: string, { label, accelerator }: Draft, given: MachineFile["given"]): void {
  try {
    machineOf(label, accelerator, given as Machine["parameters"]);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
}

/** What `--mapping` is, for help. */
export const mappingHelp =
  "numbers that the mapping of every layer must have, such as channelSlices=8,teamColumns=1 (swg list swg has all); else the mapper chooses";

/** Asks every SWG of a run for a mapping with these numbers. */
function applyMapping(drafts: ReadonlyMap<string, Draft>, text: string): void {
  const mapped = [...drafts.values()].filter(({ accelerator }) =>
    mappingNumbers.every((name) => Object.hasOwn(accelerator.parameters, name)),
  );
  if (mapped.length === 0)
    throw new InputError(
      `--mapping needs swg or lnpu-swg in this run; in it: ${[...drafts.keys()].join(", ")}`,
    );
  const seen = new Set<string>();
  for (const item of nameList("--mapping", text, mappingNumbers)) {
    const [, name, value] = /^(\w+)=([1-9]\d{0,3})$/.exec(item) ?? [];
    if (name === undefined)
      throw new InputError(`--mapping must be NUMBER=VALUE,... such as channelSlices=8, is ${quoted(item)}`);
    if (!mappingNumbers.some((known) => known === name))
      throw unknownName("number of a mapping", name, mappingNumbers);
    if (seen.has(name)) throw new InputError(`--mapping gives ${name} twice`);
    seen.add(name);
    for (const draft of mapped) draft.given.set(name, Number(value));
  }
}

function applySettings(drafts: ReadonlyMap<string, Draft>, settings: readonly string[]): void {
  const seen = new Set<string>();
  for (const text of settings) {
    const [, label, parameter, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text) ?? [];
    if (label === undefined)
      throw new InputError(
        `--set must have the form machine.parameter=value, such as swg.columns=32; is ${JSON.stringify(text)}`,
      );
    const name = `${label}.${parameter}`;
    if (seen.has(name)) throw new InputError(`--set ${name} is given twice`);
    seen.add(name);
    const draft = called(drafts, `--set ${text}`, label);
    draft.given.set(parameter, typed(draft, parameter, value));
  }
}

/**
 * What a label of a run stands for. `flag` says where it was given, `where` stands before the line that says that there is no
 * such machine at all. Throws `InputError`.
 */
export function called<T>(byLabel: ReadonlyMap<string, T>, flag: string, label: string, where = ""): T {
  const found = byLabel.get(label);
  if (found) return found;
  if (!Object.hasOwn(accelerators, label))
    throw new InputError(`${where}${unknownName("accelerator", label, Object.keys(accelerators)).message}`);
  throw new InputError(
    `${flag}: accelerator ${quoted(label)} is not in this run; in it: ${[...byLabel.keys()].join(", ")}`,
  );
}
