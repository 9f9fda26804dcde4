import { InputError, requireWhole } from "../../input-error.ts";
import { isRecord, parseBoundedJson, quoted } from "../../trace/bounded-json.ts";
import { delayScale, energyScale, scalingRows } from "../scaling.ts";
import type { ProcessNode, SramRow } from "./process-node.ts";

const fields = ["nm", "voltage", "scaling", "sram", "about"];
/** Least and most of what a macro can be. */
const sramFields: Readonly<Record<keyof SramRow, readonly [number, number]>> = {
  wordBits: [1, 4096],
  bytes: [1, 2 ** 30],
  readPj: [0, 1e6],
  writePj: [0, 1e6],
  leakMw: [0, 1e4],
  areaMm2: [1e-6, 1e4],
};
const mostRows = 10_000;

/**
 * Reads a process node of somebody's own: `{"nm", "voltage", "scaling": [[ROW, SHARE], ...], "sram": [{"wordBits", "bytes",
 * "readPj", "writePj", "leakMw", "areaMm2"}, ...], "about"}`. `scaling` is its place among the rows of Stillmaker and Baas,
 * `sram` its macros of one port, `about` says where the numbers come from. Throws `InputError`, with `path` first.
 */
export function nodeOf(path: string, text: string): ProcessNode {
  const json = parseBoundedJson(text);
  if ("problem" in json) throw new InputError(`${path}: ${json.problem}; must be a process node, in JSON`);
  if (!isRecord(json.value))
    throw new InputError(`${path}: process node must be an object, is ${quoted(json.value)}`);
  const { nm, voltage, scaling, sram, about } = json.value;
  const unknown = Object.keys(json.value).find((name) => !fields.includes(name));
  if (unknown !== undefined)
    throw new InputError(`${path}: unknown field ${quoted(unknown)}; known: ${fields.join(", ")}`);
  if (typeof about !== "string" || !/^[^\n\r]{1,2000}$/.test(about))
    throw new InputError(
      `${path}: about must say in a line where the numbers come from, is ${quoted(about)}`,
    );
  const place = scalingIn(path, scaling);
  const volts = numberIn(`${path}: voltage`, voltage, 0.1, 5);
  // the fits are polynomials, which say nothing outside the voltages that they were made for
  if (!(energyScale(place, volts) > 0 && delayScale(place, volts) > 0))
    throw new InputError(`${path}: voltage ${volts} is outside what the rows of scaling hold for`);
  return {
    nm: numberIn(`${path}: nm`, nm, 1, 1000),
    voltage: volts,
    scaling: place,
    sram: sramIn(path, sram),
    about,
  };
}

function scalingIn(path: string, scaling: unknown): ProcessNode["scaling"] {
  const known = scalingRows.map(({ node }) => node);
  if (!Array.isArray(scaling) || scaling.length === 0 || scaling.length > 2)
    throw new InputError(
      `${path}: scaling must be one or two of [ROW, SHARE], rows ${known.join(", ")}, is ${quoted(scaling)}`,
    );
  const places = scaling.map((place: unknown): [string, number] => {
    const [row, share] = Array.isArray(place) ? place : [];
    if (!known.some((name) => name === row))
      throw new InputError(`${path}: scaling must name rows ${known.join(", ")}, has ${quoted(row)}`);
    return [row, numberIn(`${path}: share of ${row}`, share, 0, 1)];
  });
  const sum = places.reduce((all, [, share]) => all + share, 0);
  if (Math.abs(sum - 1) > 1e-6)
    throw new InputError(`${path}: shares of scaling must add up to 1, add up to ${sum}`);
  return places;
}

function sramIn(path: string, sram: unknown): SramRow[] {
  if (!Array.isArray(sram) || sram.length === 0 || sram.length > mostRows)
    throw new InputError(`${path}: sram must be a list of 1 to ${mostRows} macros, is ${quoted(sram)}`);
  const seen = new Set<string>();
  return sram.map((row: unknown, i) => {
    if (!isRecord(row)) throw new InputError(`${path}: sram[${i}] must be an object, is ${quoted(row)}`);
    const values = Object.entries(sramFields).map(([name, [least, most]]) => [
      name,
      numberIn(`${path}: sram[${i}].${name}`, row[name], least, most),
    ]);
    const macro = Object.fromEntries(values) as unknown as SramRow;
    for (const name of ["wordBits", "bytes"] as const)
      requireWhole(`${path}: sram[${i}].${name}`, macro[name], ...sramFields[name]);
    const size = `${macro.bytes} bytes, words of ${macro.wordBits} bits`;
    if (seen.has(size)) throw new InputError(`${path}: sram has a macro of ${size} twice`);
    seen.add(size);
    return macro;
  });
}

function numberIn(what: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new InputError(`${what} must be a number from ${least} to ${most}, is ${quoted(value)}`);
}
