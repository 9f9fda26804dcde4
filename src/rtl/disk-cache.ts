import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files that were not asked for for so long go when something is added; so do unfinished ones that nobody can be writing. */
const keptDays = 60;
const unfinishedHours = 24;
const unfinished = ".tmp";

/** Part of every name, so that files of another form are not taken for these. */
const form = "SHA-256 in front";

/** Folders of which it was told that they cannot be written. */
const told = new Set<string>();

const digestOf = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
const digestBytes = 32;

/**
 * What `make` makes of `key`, from disk where it was made before. A file is its contents' SHA-256, then the contents: one
 * that does not match, whatever happened to it, is made anew. It appears whole, since it is written beside its place and
 * renamed: processes may use the cache at once, and two that make the same thing leave one. Where the disk cannot be
 * written (packages that another user installed, no room), it is made again each time; `tell` hears of that, once.
 */
export async function cached(
  name: string,
  key: readonly string[],
  make: () => Promise<Uint8Array>,
  tell: (what: string) => void = () => {},
  folder: string = cacheFolder(),
): Promise<Uint8Array<ArrayBuffer>> {
  const hash = createHash("sha256")
    .update(JSON.stringify([form, ...key]))
    .digest("hex")
    .slice(0, 32);
  const path = join(folder, `${hash}-${name}`);
  const kept = read(path);
  if (kept) return kept;
  const made = new Uint8Array(await make());
  const failure = keep(folder, path, made);
  if (failure !== undefined && !told.has(folder)) {
    told.add(folder);
    tell(`cache: ${folder} cannot be written (${failure}), so what is made now is made again next time`);
  }
  return made;
}

/** What a file holds; undefined where there is none, or not what was written. */
function read(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const file = new Uint8Array(readFileSync(path));
    const contents = file.slice(digestBytes);
    if (!digestOf(contents).equals(file.subarray(0, digestBytes))) return undefined;
    touch(path);
    return contents;
  } catch {
    return undefined;
  }
}

/** Notes that a file was asked for, where that can be noted. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // of another user: its age says less
  }
}

/** Writes a file; where that fails, returns why. */
function keep(folder: string, path: string, made: Uint8Array): string | undefined {
  const beside = `${path}.${randomUUID()}${unfinished}`;
  try {
    mkdirSync(folder, { recursive: true });
    removeOld(folder);
    const file = openSync(beside, "wx");
    try {
      writeFileSync(file, digestOf(made));
      writeFileSync(file, made);
      // the name must not be on disk before the contents are
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    return undefined;
  } catch (error) {
    removeQuietly(beside);
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const hours = name.endsWith(unfinished) ? unfinishedHours : keptDays * 24;
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (modified !== undefined && Date.now() - modified > hours * 3_600_000) removeQuietly(path);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // it stays, and is in nobody's way
  }
}

/** In a clone its node_modules/.cache, elsewhere the system's folder for what may be lost. */
function cacheFolder(): string {
  const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
  return existsSync(packages) ? join(packages, ".cache", "swg-rtl") : join(tmpdir(), "swg-rtl");
}
