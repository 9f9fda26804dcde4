import type { Source } from "../source.ts";
import type { Origin } from "./state.ts";

/** A file that was chosen, and what tells it from others. */
export interface Chosen {
  readonly file: File;
  /** absent where the browser cannot say */
  readonly print?: string;
}

const pieceBytes = 2 ** 20;

/** Of a file's size, its first MiB and its last: a file of any size has one at once. 16 hexadecimal digits of SHA-256. */
async function printOf(file: File): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const pieces = new Blob([`${file.size};`, file.slice(0, pieceBytes), file.slice(-pieceBytes)]);
  const digest = await crypto.subtle.digest("SHA-256", await pieces.arrayBuffer());
  return Array.from(new Uint8Array(digest).subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

export async function chosen(file: File): Promise<Chosen> {
  // a file that cannot be read says so where it is opened
  const print = await printOf(file).catch(() => undefined);
  return { file, ...(print !== undefined && { print }) };
}

/** What a file is by its name: shapes whose zeros are made up, a report, or a trace. */
function kindOf(name: string): "network" | "report" | "trace" {
  if (/\.(onnx|csv)$/i.test(name)) return "network";
  return /\.json$/i.test(name) ? "report" : "trace";
}

/** What a file that was chosen is simulated as. */
export function originOf({ file, print }: Chosen): Origin {
  const { name } = file;
  const kind = kindOf(name);
  return {
    ...(kind === "network" && { network: name }),
    ...(kind === "report" && { report: name }),
    ...(kind === "trace" && { trace: name }),
    ...(print !== undefined && { print }),
    seed: 1,
    zeros: "fitted",
    densities: {},
  };
}

/** Whether an origin is a file's, and not a network that the page knows. */
export const needsFile = (origin: Origin): boolean => fileName(origin) !== undefined;

/** The name of the file that an origin is in, if it is in one. */
export const fileName = ({ trace, network, report, print }: Origin): string | undefined =>
  trace ?? report ?? (print === undefined ? undefined : network);

/** Whether this file is the one that an origin names. */
export const isOf = (origin: Origin, { file, print }: Chosen): boolean =>
  fileName(origin) === file.name && (origin.print === undefined || origin.print === print);

/** What workers open for an origin; undefined where its file is not among those that were chosen. */
export function sourceOf(origin: Origin, files: readonly Chosen[]): Source | undefined {
  const { trace, report, network, step, batch, seed, zeros, densities } = origin;
  const own = needsFile(origin) ? files.find((file) => isOf(origin, file))?.file : network;
  if (own === undefined) return undefined;
  if (report !== undefined) return { report: own as File };
  if (trace !== undefined) return { file: own as File, ...(step !== undefined && { step }) };
  return { network: own, seed, zeros, densities, ...(batch !== undefined && { images: batch }) };
}

/** The trace that was put into the page where it was written, as `swg explore` does. */
export function broughtFile(): Chosen | undefined {
  const element = document.getElementById("trace");
  const { name, print } = element?.dataset ?? {};
  if (!element || name === undefined) return undefined;
  const binary = atob(element.textContent.trim());
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  element.remove();
  // the print is that of the file that it was made of
  return { file: new File([bytes], name), ...(print !== undefined && { print }) };
}
