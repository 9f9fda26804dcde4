import { closeSync, fsyncSync, openSync, readdirSync, readSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { InputError, isRecord } from "../../input-error.ts";
import type { PointOutcome, PointResult } from "../../sweep/point.ts";
import { makeFolder, unusable } from "../../trace/whole-file.ts";
import { identityLength } from "./point-identity.ts";

/** The command line of a search without its axes: what is needed to list its points again. */
export interface StoredSearch {
  readonly axes: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/**
 * A folder that keeps the outcomes of points. Every process has one file there, of one line a point, with its host and its number
 * in the name, so that no two ever write to one; it is made with the first line, and is never opened again to write. A line
 * without its end was torn when a process was killed: it is not there.
 */
export interface PointStore {
  readonly folder: string;
  /** what earlier processes kept, and this one */
  outcomeOf(identity: string): PointOutcome | undefined;
  keep(identity: string, outcome: PointOutcome): void;
  /** Reads what other processes have kept since. */
  refresh(): void;
  /** the searches that the store was filled by, each once */
  readonly searches: readonly StoredSearch[];
  readonly points: number;
  /** lines that are whole and yet no point's: they are computed again */
  readonly unreadable: number;
  close(): void;
}

const pieceBytes = 2 ** 20;
/** A line with hundreds of machines and works has some 100 KB. */
const longestLine = 2 ** 23;
/** Time after which lines are forced to the disk; until then a crash of the computer, not of the process, may lose them. */
const syncMs = 1000;

/** Opens a store, made at its first point where there is none. `search` is noted in this process's file. Throws `InputError`. */
export function openStore(folder: string, search?: StoredSearch): PointStore {
  const outcomes = new Map<string, PointOutcome>();
  const searches = new Map<string, StoredSearch>();
  const readTo = new Map<string, number>();
  let unreadable = 0;

  const take = (line: string): void => {
    const entry = entryOf(line);
    if (entry === undefined) unreadable++;
    else if ("search" in entry) searches.set(JSON.stringify(entry.search), entry.search);
    else add(entry.id, entry.outcome);
  };
  const add = (identity: string, outcome: PointOutcome): void => {
    const known = outcomes.get(identity);
    if (known && JSON.stringify(known) !== JSON.stringify(outcome))
      throw new InputError(`${folder}: store has two outcomes of the point ${identity}`);
    outcomes.set(identity, outcome);
  };
  const refresh = (): void => {
    for (const name of shardsIn(folder))
      if (name !== own?.name) readTo.set(name, readLines(join(folder, name), readTo.get(name) ?? 0, take));
  };
  let own: Shard | undefined;
  refresh();

  return {
    folder,
    outcomeOf: (identity) => outcomes.get(identity),
    keep(identity, outcome) {
      add(identity, outcome);
      own ??= newShard(folder, search);
      own.write(`${JSON.stringify({ id: identity, ...outcome })}\n`);
    },
    refresh,
    get searches() {
      return [...searches.values()];
    },
    get points() {
      return outcomes.size;
    },
    get unreadable() {
      return unreadable;
    },
    close: () => own?.close(),
  };
}

function shardsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw unusable(folder, "read", error);
  }
}

/** Gives `take` every whole line from the byte `from` on. Returns the byte at which the next one begins. */
function readLines(path: string, from: number, take: (line: string) => void): number {
  try {
    const file = openSync(path, "r");
    try {
      return readOpen(path, file, from, take);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unusable(path, "read", error);
  }
}

function readOpen(path: string, file: number, from: number, take: (line: string) => void): number {
  const piece = Buffer.alloc(pieceBytes);
  let rest: Buffer = Buffer.alloc(0);
  let at = from;
  for (;;) {
    const count = readSync(file, piece, 0, pieceBytes, at + rest.length);
    if (count === 0) return at;
    const bytes = Buffer.concat([rest, piece.subarray(0, count)]);
    const end = bytes.lastIndexOf(10) + 1;
    if (end > 0) for (const line of bytes.toString("utf8", 0, end - 1).split("\n")) take(line);
    rest = bytes.subarray(end);
    at += end;
    if (rest.length > longestLine)
      throw new InputError(`${path}: a line must have at most ${longestLine} bytes, has more`);
  }
}

type Entry = { readonly search: StoredSearch } | { readonly id: string; readonly outcome: PointOutcome };

function entryOf(line: string): Entry | undefined {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(found)) return undefined;
  const { id, search, result, impossible } = found;
  if (isSearch(search)) return { search };
  if (typeof id !== "string" || id.length !== identityLength) return undefined;
  if (typeof impossible === "string") return { id, outcome: { impossible } };
  return isResult(result) ? { id, outcome: { result } } : undefined;
}

const isSearch = (value: unknown): value is StoredSearch =>
  isRecord(value) &&
  isRecord(value.flags) &&
  Array.isArray(value.axes) &&
  value.axes.every((axis) => typeof axis === "string");

/** Whether a line has all that is read of a result, so that nothing that was changed by hand ends as a wrong number. */
function isResult(value: unknown): value is PointResult {
  if (!isRecord(value) || !isRecord(value.machines) || !Array.isArray(value.works)) return false;
  const { machines, works } = value;
  const counts = (one: unknown, names: readonly string[]) =>
    isRecord(one) && names.every((name) => Number.isFinite(one[name]) && (one[name] as number) >= 0);
  return (
    works.length > 0 &&
    works.every((work) => counts(work, ["validMacs", "boundCycles"])) &&
    Object.values(machines).every(
      (machine) =>
        counts(machine, ["clockMhz", "multipliers", "areaMm2"]) &&
        Array.isArray((machine as { works: unknown }).works) &&
        (machine as { works: unknown[] }).works.length === works.length &&
        (machine as { works: unknown[] }).works.every((work) =>
          counts(work, ["cycles", "energyPj", "onChipPj"]),
        ),
    )
  );
}

interface Shard {
  readonly name: string;
  write(line: string): void;
  close(): void;
}

/** A file that was not there before. */
function newShard(folder: string, search: StoredSearch | undefined): Shard {
  try {
    makeFolder(folder);
    const { name, file } = created(folder);
    let synced = performance.now();
    const write = (line: string) => {
      try {
        writeAll(file, Buffer.from(line));
        if (performance.now() - synced < syncMs) return;
        synced = performance.now();
        fsyncSync(file);
      } catch (error) {
        throw unusable(join(folder, name), "written", error);
      }
    };
    if (search) write(`${JSON.stringify({ search })}\n`);
    return {
      name,
      write,
      close() {
        fsyncSync(file);
        closeSync(file);
      },
    };
  } catch (error) {
    throw unusable(folder, "written", error);
  }
}

function created(folder: string): { name: string; file: number } {
  const stem = `${hostname().replace(/[^\w.-]/g, "_")}-${process.pid}`;
  for (let number = 0; ; number++) {
    const name = number === 0 ? `${stem}.jsonl` : `${stem}-${number}.jsonl`;
    try {
      return { name, file: openSync(join(folder, name), "wx") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
