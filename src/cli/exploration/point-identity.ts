import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { knownName, type Machine } from "../../accelerators/machine.ts";
import type { Pricing } from "../../report/pricing.ts";
import { fileSource } from "../../trace/file-source.ts";
import { isFolder } from "../../trace/numpy/npy-folder.ts";
import { isNetworkFile } from "../network-file.ts";
import type { StepSource } from "../training-step.ts";
import { modelHash } from "./model-hash.ts";
import type { SourcedPoint } from "./search-runs.ts";

/** Characters of an identity: 96 bits, so that a billion points have two alike with a chance of 10^-11. */
export const identityLength = 24;

/**
 * What a point's result follows from, as a hash: the content of its traces and modules, its machines, layers, node and DRAM, the
 * engine, and the program itself. Equal points of two searches, folders or computers have the same.
 */
export function pointIdentity({ works, sources, machines, pricing }: SourcedPoint, engine: string): string {
  const content = {
    model: modelHash(),
    engine,
    phases: ["wg"],
    works: works.map(({ layers }, i) => ({
      step: sourceContent(sources[i]),
      layers: layers.map(({ name }) => name),
    })),
    machines: machines.map(machineContent),
    pricing: pricingContent(pricing),
  };
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, identityLength);
}

const pricings = new WeakMap<Pricing["node"], string>();

/** A node has large tables, and is the same for many points. */
function pricingContent({ node, dram }: Pricing): object {
  const known = pricings.get(node) ?? createHash("sha256").update(JSON.stringify(node)).digest("hex");
  pricings.set(node, known);
  return { node: known, dram };
}

const machineContent = ({ label, accelerator, module, parameters }: Machine) => ({
  label,
  is: module ? { sha256: module.sha256, key: module.key } : knownName(accelerator),
  parameters,
});

/** A training step by what is in its files, wherever they lie. */
function sourceContent(source: StepSource): object {
  if ("trace" in source) return { trace: contentHash(source.trace), step: source.step };
  const { network, dimensions, ...rest } = source;
  return {
    network: isNetworkFile(network) ? contentHash(network) : network,
    dimensions: [...(dimensions ?? [])],
    ...rest,
  };
}

const hashes = new Map<string, string>();
const pieceBytes = 2 ** 24;

/** Of a file or a folder of files, read once in a process. */
function contentHash(path: string): string {
  const known = hashes.get(path);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  const paths = isFolder(path) ? filesIn(path) : [path];
  for (const file of paths) {
    const source = fileSource(file);
    hash.update(`${relative(path, file)}\n${source.size}\n`);
    for (let at = 0; at < source.size; at += pieceBytes)
      hash.update(source.read(at, Math.min(pieceBytes, source.size - at)));
  }
  const found = hash.digest("hex");
  hashes.set(path, found);
  return found;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
