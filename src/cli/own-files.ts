import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../input-error.ts";
import { listed } from "../report/coverage-text.ts";
import { type FileSet, textBytes, writeFiles } from "../report/write-report.ts";
import { readSmallFile } from "../trace/small-file.ts";

/** The file in which a folder says what swg wrote into it: a line for each file, as `sha256sum --check` reads it. */
const ownList = "written-by-swg.sha256";

/** Larger ones are not ours. */
const largestBytes = 2 ** 26;

/**
 * Writes files into `folder` as `writeFiles` does, and a list of them, by which it knows them again. Returns what it wrote.
 * Throws `InputError`, and writes nothing, where one would replace a file that is not on the list of the folder, or that was
 * changed since; not with `force`.
 */
export function writeOwnFiles(folder: string, files: FileSet, force: boolean): FileSet {
  const known = readOwnList(folder, force);
  const strays = Object.entries(files)
    .filter(([name, content]) => !force && !isOwn(folder, name, known, content))
    .map(([name]) => name);
  if (strays.length > 0)
    throw new InputError(
      `${folder}: holds ${strays.length === 1 ? "a file" : "files"} that swg did not write, or that changed since: ` +
        `${listed(strays)}; --force replaces ${strays.length === 1 ? "it" : "them"}`,
    );
  for (const [name, content] of Object.entries(files)) known.set(name, sha256(content));
  const lines = Array.from(known, ([name, sum]) => `${sum}  ${name}\n`);
  const all = { ...files, [ownList]: textBytes(lines.join("")) };
  writeFiles(folder, all);
  return all;
}

/** `name.end`, or the first of `name-2.end`, `name-3.end` and so on that would replace nothing. */
export function freeName(folder: string, name: string, end: string): string {
  for (let number = 1; ; number++) {
    const free = number === 1 ? `${name}.${end}` : `${name}-${number}.${end}`;
    if (!existsSync(join(folder, free))) return free;
  }
}

/** Whether a file may be replaced: there is none, swg wrote it, or it holds the same. */
function isOwn(
  folder: string,
  name: string,
  known: ReadonlyMap<string, string>,
  content: Uint8Array,
): boolean {
  const path = join(folder, name);
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return true;
  if (!status.isFile() || status.size > largestBytes) return false;
  const sum = sha256(readFileSync(path));
  return sum === known.get(name) || sum === sha256(content);
}

/** Sums by name. A list that swg did not write is a file like any other: it throws, and with `force` says nothing. */
function readOwnList(folder: string, force: boolean): Map<string, string> {
  const path = join(folder, ownList);
  if (!existsSync(path)) return new Map();
  const lines = readSmallFile(path, 2 ** 20)
    .toString("utf8")
    .split("\n")
    .slice(0, -1);
  const sums = lines.map((line) => /^([0-9a-f]{64}) {2}(.+)$/.exec(line));
  if (!force && sums.includes(null))
    throw new InputError(`${path}: must be the list that swg wrote, is not; --force replaces it`);
  return new Map(sums.flatMap((found) => (found ? [[found[2], found[1]]] : [])));
}

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
