import type { Command } from "commander";
import { InputError } from "../../input-error.ts";
import { usualObjectives } from "../../sweep/measures.ts";
import { mostPoints } from "../../sweep/space.ts";
import type { RequestFlags } from "../run-request.ts";
import { whole } from "../whole-number.ts";

/** What a command line says about a search of many points, as typed. */
export interface SearchFlags extends RequestFlags {
  readonly samples?: string;
  readonly search?: string;
  readonly population?: string;
  readonly searchSeed?: string;
  readonly over?: string;
  readonly where?: string;
  readonly objectives?: string;
  readonly skipDominated?: boolean;
  readonly stale?: string;
  readonly until?: string;
  readonly store?: string;
  readonly shard?: string;
  readonly partial?: boolean;
  readonly watch?: boolean;
  /** true where `--no-open` was not given */
  readonly open: boolean;
}

/** Declares the options of a search. */
export const addSearchOptions = (command: Command): Command =>
  command
    .option("--samples <number>", "so many points instead of every combination (a Latin hypercube)")
    .option("--search <how>", "nsga2: choose the points of --samples by generations, towards the front")
    .option("--population <number>", "with --search: points of a generation (default: 64)")
    .option("--search-seed <number>", "with --samples: another seed, other points (default: 1)")
    .option(
      "--over <what=values>",
      "run each point over all of these, such as network=vgg8,resnet20, and search by the geometric mean",
    )
    .option("--where <condition>", "points that count, such as 'areaMm2 <= 12 && columns*rows == 256'")
    .option("--objectives <list>", `what is to be small, up to three (default: ${usualObjectives})`)
    .option("--skip-dominated", "do not simulate points of which even the bound is dominated")
    .option("--stale <number>", "end after so many points that do not change the front")
    .option("--until <time>", "begin no further point after so long, such as 90s, 30m, 8h")
    .option("--store <folder>", "keep points there, and take from there those that it has")
    .option("--shard <i/n>", "with --store: compute every nth point alone, i from 0 to n-1")
    .option("--partial", "with --store alone: show what is there, though points are missing")
    .option("--watch", "with --store alone: show it in a page while others fill it, until Ctrl-C")
    .option("--no-open", "with --watch: open no browser");

/** Options that make a sweep a search. */
const ofSearch = [
  "samples",
  "search",
  "population",
  "searchSeed",
  "over",
  "where",
  "objectives",
  "skipDominated",
  "stale",
  "until",
  "store",
  "shard",
  "partial",
  "watch",
] as const satisfies (keyof SearchFlags)[];

/** What says how a search is done and shown, and not which points it has. */
const ofThisRun = ["store", "shard", "until", "partial", "watch", "open", "threads", "format", "out"];

export const isSearch = (axes: readonly string[], flags: SearchFlags): boolean =>
  axes.length !== 1 || ofSearch.some((name) => flags[name] !== undefined);

/** What a store notes of a command line: all that decides the points. */
export const notedFlags = (flags: SearchFlags): Record<string, unknown> =>
  Object.fromEntries(Object.entries(flags).filter(([name]) => !ofThisRun.includes(name)));

/** The numbers among the flags. */
export interface SearchNumbers {
  readonly samples?: number;
  readonly population: number;
  readonly seed: number;
  readonly stale?: number;
  readonly untilSeconds?: number;
  readonly shard?: { readonly index: number; readonly count: number };
}

/** Reads and checks what does not depend on the run. Throws `InputError`. */
export function searchNumbers(flags: SearchFlags): SearchNumbers {
  const { samples, search, population, searchSeed, stale, until, shard } = flags;
  if (search !== undefined && search !== "nsga2")
    throw new InputError(
      `--search must be nsga2, is ${JSON.stringify(search)}; without it all points are run`,
    );
  need(flags, "samples", ["search", "searchSeed"]);
  need(flags, "search", ["population"]);
  need(flags, "store", ["shard", "partial", "watch"]);
  if (search !== undefined && flags.skipDominated)
    throw new InputError(
      "--skip-dominated cannot be given with --search nsga2, which learns from every point",
    );
  if (shard !== undefined && stale !== undefined && search === undefined)
    throw new InputError("--stale cannot be given with --shard, which does not see the other shards' points");
  return {
    population: population === undefined ? 64 : whole("--population", population, 4, 10_000),
    seed: searchSeed === undefined ? 1 : whole("--search-seed", searchSeed, 0, 2 ** 53 - 1),
    ...(samples !== undefined && { samples: whole("--samples", samples, 1, mostPoints) }),
    ...(stale !== undefined && { stale: whole("--stale", stale, 1, mostPoints) }),
    ...(until !== undefined && { untilSeconds: secondsOf(until) }),
    ...(shard !== undefined && { shard: shardOf(shard) }),
  };
}

const dashed = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function need(flags: SearchFlags, needed: keyof SearchFlags, by: readonly (keyof SearchFlags)[]): void {
  const without = flags[needed] === undefined ? by.find((name) => flags[name] !== undefined) : undefined;
  if (without) throw new InputError(`${dashed(without)} goes with ${dashed(needed)}`);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function secondsOf(text: string): number {
  const [, number, unit] = /^(\d{1,6}(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  if (number === undefined)
    throw new InputError(`--until must be a time such as 90s, 30m or 8h, is ${JSON.stringify(text)}`);
  return Number(number) * unitSeconds[unit];
}

function shardOf(text: string): { index: number; count: number } {
  const [, index, count] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (count === undefined || index >= count)
    throw new InputError(`--shard must be I/N, I from 0 to N-1, such as 0/8; is ${JSON.stringify(text)}`);
  return { index, count };
}
