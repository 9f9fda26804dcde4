import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkedAccelerator, failure, isAcceleratorLike } from "../accelerators/check-accelerator.ts";
import type { Machine, ModuleFile } from "../accelerators/machine.ts";
import { checkLabel } from "../accelerators/machine-label.ts";
import { InputError, isRecord, quoted } from "../input-error.ts";
import { readSmallFile } from "../trace/small-file.ts";
import { fileLabel } from "./file-label.ts";

/** An accelerator of a module, under the label that it has in a run. */
export type LoadedMachine = Pick<Machine, "label" | "accelerator"> & { readonly module: ModuleFile };

const endings = [".ts", ".mts", ".js", ".mjs"];
const largestFileBytes = 2 ** 24;

/**
 * The accelerators of a module, which is run: `PATH` or `PATH#KEY`, whose default export is an accelerator, or a record of them
 * by label. With `label` it must be one. `swg-sim` is the running program in it, wherever the file lies. Throws `InputError`
 * for a file that cannot be loaded and for what is no accelerator.
 */
export async function loadModule(text: string, label?: string): Promise<LoadedMachine[]> {
  const [, path, key] = /^([^#]*)(?:#(.*))?$/s.exec(text)!;
  if (!endings.some((ending) => path.endsWith(ending)))
    throw new InputError(`${path}: a module of machines must end in ${endings.join(", ")}`);
  const { found, sha256 } = await loadFile(path);
  const module = { path, sha256 };
  if (isAcceleratorLike(found)) {
    if (key !== undefined) throw new InputError(`${path}: has one machine and none called ${quoted(key)}`);
    return [loaded(label ?? fileLabel(path), found, module)];
  }
  const entries = entriesOf(path, found);
  if (key === undefined && label === undefined)
    return entries.map(([name, one]) => loaded(name, one, { ...module, key: name }));
  const keys = entries.map(([name]) => name).join(", ");
  if (key === undefined && entries.length > 1)
    throw new InputError(
      `${path}: has the machines ${keys}; one is needed, as ${label}=${path}#${entries[0][0]}`,
    );
  const entry = key === undefined ? entries[0] : entries.find(([name]) => name === key);
  if (!entry) throw new InputError(`${path}: unknown machine ${quoted(key)}; known: ${keys}`);
  return [loaded(label ?? entry[0], entry[1], { ...module, key: entry[0] })];
}

function loaded(label: string, found: unknown, module: ModuleFile): LoadedMachine {
  const where = module.key === undefined ? module.path : `${module.path}, ${module.key}`;
  checkLabel(`${where}: label`, label);
  return { label, accelerator: checkedAccelerator(where, found), module };
}

/** A record of accelerators, one at least. */
function entriesOf(path: string, found: unknown): [string, unknown][] {
  const entries = isRecord(found) ? Object.entries(found) : [];
  if (entries.length > 0 && entries.every(([, one]) => isRecord(one))) return entries;
  throw new InputError(
    `${path}: default export must be accelerator({...}) or a record of them by label, is ${quoted(found)}`,
  );
}
/** What a file exports by default, and the hash of what was loaded. */
interface LoadedFile {
  readonly found: unknown;
  readonly sha256: string;
}

/** By URL, so that a command that names a file twice runs it once, under one hash. */
const files = new Map<string, Promise<LoadedFile>>();

function loadFile(path: string): Promise<LoadedFile> {
  const url = pathToFileURL(resolve(path)).href;
  const load = async () => {
    const sha256 = createHash("sha256").update(readSmallFile(path, largestFileBytes)).digest("hex");
    return { found: await importDefault(path, url), sha256 };
  };
  if (!files.has(url)) files.set(url, load());
  return files.get(url)!;
}

async function importDefault(path: string, url: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  // it may stand anywhere, with no package beside it: what it imports is the program that runs, not a second one
  const virtualModules = {
    "swg-sim": await import("../index.ts"),
    "swg-sim/browser": await import("../browser.ts"),
  };
  const jiti = createJiti(import.meta.url, { virtualModules, fsCache: false, interopDefault: false });
  try {
    const loaded = await jiti.import<{ readonly default?: unknown }>(url);
    return loaded.default;
  } catch (error) {
    throw new InputError(`${path}: cannot be loaded: ${failure(error)}`);
  }
}
