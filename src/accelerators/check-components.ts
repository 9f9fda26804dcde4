import { toggledBlocks } from "../hardware/logic/toggled-blocks.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { InputError, isRecord, quoted, requireList, requireObject, requireWhole } from "../input-error.ts";
import { memoryParts } from "./components.ts";

const purposes = ["accumulators", "validDataTrace", "balancer", "interconnect"];

/** Holds what a machine is built of to what prices can be put on. `where` stands before each line. Throws `InputError`. */
export function checkComponents(where: string, components: unknown): void {
  const what = `${where}: components`;
  requireObject(what, components);
  const given = components as Readonly<Record<string, unknown>>;
  for (const name of ["clockMhz", "macs", "groupMacs", "longestWayGates"])
    atLeast(`${what}: ${name}`, given[name], 1);
  requireWhole(`${what}: macs`, given.macs, 1, 2 ** 40);
  atLeast(`${what}: peMacs`, given.peMacs, 0);
  if (given.peTraces !== undefined) requireWhole(`${what}: peTraces`, given.peTraces, 1, 64);
  if (given.dramMbps !== undefined) atLeast(`${what}: dramMbps`, given.dramMbps, 1);
  oneOf(`${what}: format`, given.format, Object.keys(formatBytes));
  requireObject(`${what}: memories`, given.memories);
  for (const [name, memory] of Object.entries(given.memories as object)) {
    oneOf(`${what}: memory`, name, Object.keys(memoryParts));
    checkMemory(`${what}: ${name}`, memory);
  }
  requireList(`${what}: logic`, given.logic);
  for (const logic of given.logic as unknown[]) checkLogic(`${what}: logic`, logic);
}

function checkMemory(what: string, memory: unknown): void {
  requireObject(what, memory);
  const { count, words, wordBits, ports } = memory as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries({ count, wordBits, words }))
    atLeast(`${what}: ${name}`, value, 0);
  if (isRecord(ports)) {
    for (const name of ["read", "write"]) atLeast(`${what}: ports, ${name}`, ports[name], 1);
    return;
  }
  oneOf(`${what}: ports`, ports, ["shared", "readAndWrite"]);
}

function checkLogic(what: string, logic: unknown): void {
  requireObject(what, logic);
  const { purpose, count, block, gateEquivalents, netlist } = logic as Readonly<Record<string, unknown>>;
  oneOf(`${what}: purpose`, purpose, purposes);
  atLeast(`${what}: count`, count, 0);
  if (block !== undefined) oneOf(`${what}: block`, block, ["sumAdder"]);
  else if (netlist !== undefined) oneOf(`${what}: netlist`, netlist, Object.keys(toggledBlocks));
  else atLeast(`${what}: gateEquivalents`, gateEquivalents, 0);
}

function atLeast(what: string, value: unknown, least: number): void {
  if (typeof value === "number" && Number.isFinite(value) && value >= least) return;
  throw new InputError(`${what} must be a number of at least ${least}, is ${quoted(value)}`);
}

function oneOf(what: string, value: unknown, known: readonly string[]): void {
  if (known.some((name) => name === value)) return;
  throw new InputError(`${what} must be one of ${known.join(", ")}, is ${quoted(value)}`);
}
