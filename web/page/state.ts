import { accelerators, defaultAccelerators } from "../../src/accelerators/index.ts";
import { select } from "../../src/accelerators/machine.ts";
import { drams } from "../../src/energy/dram.ts";
import { nodes } from "../../src/energy/nodes/index.ts";
import { InputError, quoted, unknownName } from "../../src/input-error.ts";
import { parseValue } from "../../src/parameter.ts";
import { defaultPricing } from "../../src/report/pricing.ts";
import { type DensityOverrides, parseDensities } from "../../src/trace/density.ts";
import { networks } from "../../src/workload/networks/index.ts";
import type { StructuredMask } from "../../src/workload/structured-mask.ts";

/** What is simulated, as a link can say it: a file is named, and told from others by its print. */
export interface Origin {
  /** of `networks`, or the name of a file of shapes */
  readonly network?: string;
  /** the name of a file of captured steps */
  readonly trace?: string;
  /** the name of a file that a run was saved in: it is shown as it is, and nothing is simulated */
  readonly report?: string;
  /** of the file, where there is one: `printOf` */
  readonly print?: string;
  readonly step?: number;
  readonly batch?: number;
  readonly seed: number;
  readonly zeros: "fitted" | "coins";
  readonly densities: DensityOverrides;
}

/** Changed parameters of swg, by name. */
export type Settings = Readonly<Record<string, unknown>>;

/** A machine that was kept to be compared with, on whatever work the page is about, or with the work that it was kept with. */
export interface Pin {
  readonly label: string;
  readonly settings: Settings;
  /** absent: the work that the page is about */
  readonly origin?: Origin;
}

/** All that a link holds. */
export interface State {
  readonly origin: Origin;
  readonly settings: Settings;
  readonly pins: readonly Pin[];
  /** other machines beside swg, by name */
  readonly others: readonly string[];
  readonly equalArea: boolean;
  readonly node: string;
  readonly dram: string;
  /** the layer that is looked at; absent: the one farthest from its bound */
  readonly layer?: string;
  /** whether what would help is asked of all layers, not of one */
  readonly everywhere: boolean;
}

/** What the page shows before anybody has chosen anything. */
export const firstState: State = {
  origin: { network: "vgg8", batch: 8, seed: 1, zeros: "fitted", densities: {} },
  settings: {},
  pins: [],
  others: [...defaultAccelerators.filter((name) => name !== "swg"), "sparsetrain", "lnpu"],
  equalArea: false,
  ...defaultPricing,
  everywhere: false,
};

/** A machine of a link is of swg; its parameters are `swg.` and their names, as for `--set`. */
const machinePrefix = "swg.";

/** A state as what stands behind the # of a link; what is as at first is left out. */
export function hashOf(state: State): string {
  const { origin, settings, pins, others, equalArea, node, dram, layer, everywhere } = state;
  return joined([
    ...partsOfOrigin(origin),
    ...Object.entries(settings).map(([name, value]): [string, unknown] => [machinePrefix + name, value]),
    ...pins.flatMap(({ label, settings, origin: own }): [string, unknown][] => [
      ["pin", pinText(label, settings)],
      ...(own ? [["work", `${label}:${originText(own)}`] as [string, unknown]] : []),
    ]),
    ["others", sameNames(others, firstState.others) ? undefined : others.join(",")],
    ["equal-area", equalArea || undefined],
    ["node", node === firstState.node ? undefined : node],
    ["dram", dram === firstState.dram ? undefined : dram],
    ["layer", layer],
    ["everywhere", everywhere || undefined],
  ]);
}

type Part = readonly [name: string, value: unknown];

function partsOfOrigin(origin: Origin): Part[] {
  const densities = Object.entries(origin.densities).map(
    ([name, share]) => `${name}=${shareText(share as number | StructuredMask)}`,
  );
  return [
    ["trace", origin.trace],
    ["network", origin.network],
    ["report", origin.report],
    ["print", origin.print],
    ["step", origin.step],
    ["batch", origin.batch],
    ["seed", origin.network !== undefined && origin.seed !== 1 ? origin.seed : undefined],
    ["zeros", origin.zeros === "fitted" ? undefined : origin.zeros],
    ["density", densities.length > 0 ? densities.join(",") : undefined],
  ];
}

/** An origin as a link has it: the same text, the same work. */
export const originText = (origin: Origin): string => joined(partsOfOrigin(origin));

/** name=value&name=value, of those that have one. */
const joined = (parts: readonly Part[]): string =>
  parts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${readable(String(value))}`)
    .join("&");

/** `A=swg:columns=32:chunks=2`, as an item of `--accelerators` */
export const pinText = (label: string, settings: Settings): string =>
  `${label}=swg${Object.entries(settings)
    .map(([name, value]) => `:${name}=${value}`)
    .join("")}`;

/** A density as `--density` has it. */
export const shareText = (share: number | StructuredMask | undefined): string =>
  typeof share === "object" ? `${share.kept}:${share.of}` : String(share);

const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

/** Escaped only where a link needs it. */
const readable = (text: string): string =>
  encodeURIComponent(text).replace(/%(3A|3D|2C|2F)/g, decodeURIComponent);

/** Longer than any link that the page makes. */
const longestHash = 10_000;

/** The state that a link holds, every part of it checked. Throws `InputError` for one that cannot be. */
export function stateOf(hash: string): State {
  const text = hash.replace(/^#/, "");
  if (text.length > longestHash)
    throw new InputError(
      `a link must have at most ${longestHash} characters behind its #, has ${text.length}`,
    );
  const parts = partsOf(text);
  const isOfPin = (name: string) => name === "pin" || name === "work";
  const values = new Map(parts.filter(([name]) => !isOfPin(name) && !name.startsWith(machinePrefix)));
  for (const name of values.keys())
    if (!known.includes(name)) throw unknownName("part of a link", name, known);
  const works = new Map(parts.filter(([name]) => name === "work").map(([, value]) => workOf(value)));
  const node = oneOf("process node", values.get("node") ?? firstState.node, Object.keys(nodes));
  const layer = values.get("layer");
  return {
    origin: originOf(values),
    settings: settingsOf(
      parts
        .filter(([name]) => name.startsWith(machinePrefix))
        .map(([name, value]) => [name.slice(machinePrefix.length), value]),
    ),
    pins: parts.filter(([name]) => name === "pin").map(([, value]) => pinOf(value, works)),
    others: othersOf(values.get("others")),
    equalArea: values.get("equal-area") === "true",
    node,
    dram: oneOf("kind of DRAM", values.get("dram") ?? firstState.dram, Object.keys(drams)),
    ...(layer !== undefined && { layer }),
    everywhere: values.get("everywhere") === "true",
  };
}

/** What stands between the & of a link. */
const partsOf = (text: string): [string, string][] =>
  text
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(decoded(part)) ?? [];
      if (name === undefined)
        throw new InputError(`a link must have name=value between its &, has ${quoted(part)}`);
      return [name, value];
    });

const ofOrigin = ["trace", "network", "report", "print", "step", "batch", "seed", "zeros", "density"];

const known = [
  ...ofOrigin,
  ...(["others", "equal-area", "node", "dram", "layer", "everywhere"] as const),
] as readonly string[];

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InputError(`a link must be escaped as URLs are, has ${quoted(part)}`);
  }
}

function originOf(values: ReadonlyMap<string, string>): Origin {
  const [trace, network, report, print] = ["trace", "network", "report", "print"].map((name) =>
    values.get(name),
  );
  const given = [trace, network, report].filter((name) => name !== undefined);
  if (given.length === 0) return firstState.origin;
  if (given.length > 1)
    throw new InputError(`a link must have one of trace, network and report, has ${given.length}`);
  const [step, batch, seed] = ["step", "batch", "seed"].map((name) => wholeOf(name, values.get(name)));
  const density = values.get("density");
  if (network !== undefined && print === undefined) oneOf("network", network, Object.keys(networks));
  return {
    ...(trace !== undefined && { trace }),
    ...(network !== undefined && { network }),
    ...(report !== undefined && { report }),
    ...(print !== undefined && { print }),
    ...(step !== undefined && { step }),
    ...(batch !== undefined && { batch }),
    seed: seed ?? 1,
    zeros: oneOf("kind of zeros", values.get("zeros") ?? "fitted", ["fitted", "coins"]) as Origin["zeros"],
    densities: density === undefined ? {} : parseDensities(density),
  };
}

function wholeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new InputError(`${name} must be a whole number, is ${quoted(text)}`);
  return Number(text);
}

function oneOf(noun: string, name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw unknownName(noun, name, names);
}

/** Parameters as typed, read and checked as those of `--set`. */
function settingsOf(given: readonly (readonly [string, string])[]): Settings {
  const { parameters } = accelerators.swg;
  const settings = Object.fromEntries(
    given.map(([name, value]) => [
      name,
      Object.hasOwn(parameters, name) ? parseValue(parameters[name], value) : value,
    ]),
  );
  return changedOnly(settings);
}

/** Those that are not as declared. Throws `InputError` for a parameter or a value that cannot be. */
export function changedOnly(settings: Settings): Settings {
  const { parameters } = select("swg", settings);
  const declared = accelerators.swg.parameters;
  return Object.fromEntries(
    Object.entries(parameters).filter(([name, value]) => value !== declared[name].value),
  );
}

function pinOf(text: string, works: ReadonlyMap<string, Origin>): Pin {
  const [, label, rest] = /^([A-Z]{1,2})=swg((?::[^:=]+=[^:]*)*)$/.exec(text) ?? [];
  if (label === undefined)
    throw new InputError(`pin must have the form A=swg:parameter=value, is ${quoted(text)}`);
  const given = rest
    .split(":")
    .slice(1)
    .map((item): [string, string] => {
      const at = item.indexOf("=");
      return [item.slice(0, at), item.slice(at + 1)];
    });
  const origin = works.get(label);
  return { label, settings: settingsOf(given), ...(origin && { origin }) };
}

/** The work of a pin: its label, and what a link says of work. */
function workOf(text: string): [label: string, origin: Origin] {
  const [, label, rest] = /^([A-Z]{1,2}):(.+)$/s.exec(text) ?? [];
  if (label === undefined)
    throw new InputError(`work of a pin must have the form A:network=NAME, is ${quoted(text)}`);
  const values = new Map(partsOf(rest));
  for (const name of values.keys())
    if (!ofOrigin.includes(name)) throw unknownName("part of a pin's work", name, ofOrigin);
  return [label, originOf(values)];
}

function othersOf(text: string | undefined): readonly string[] {
  if (text === undefined) return firstState.others;
  const names = text.split(",").filter((name) => name !== "");
  const others = Object.keys(accelerators).filter((name) => name !== "swg");
  return [...new Set(names.map((name) => oneOf("accelerator", name, others)))];
}
