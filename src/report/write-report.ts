import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { makeFolder, removeFolders, writeWholeFiles } from "../trace/whole-file.ts";
import { reportCsv } from "./csv.ts";
import type { Figure } from "./figures/figure.ts";
import { type Labels, labelled } from "./figures/labels.ts";
import { counted, printable } from "./format.ts";
import { reportJson } from "./json.ts";
import type { Report } from "./report.ts";
import { reportText } from "./text.ts";

export { reportJson } from "./json.ts";

/** Files by their paths in a folder, with forward slashes. */
export type FileSet = Readonly<Record<string, Uint8Array>>;

/** How the figures of a report are drawn. */
export interface FigureOptions {
  /** the files of figures as wide as one column of a paper, 3.5 inches, in place of 7; those on the page stay as wide as it is */
  readonly column?: boolean;
  /** what machines and layers are called in them */
  readonly labels?: Labels;
}

/**
 * Every file of a report: report.json, report.csv, report.txt, the page report.html, and figures/NAME.svg, .pdf, .png and .csv
 * for each figure. The same report gives the same bytes. Aborting `signal` stops it. Throws `InputError` for labels of what it does not have.
 */
export async function reportFiles(
  report: Report,
  signal?: AbortSignal,
  { column = false, labels = new Map() }: FigureOptions = {},
): Promise<FileSet> {
  // the libraries that draw take a while to load, and only --out needs them
  const { reportFigures } = await import("./figures/index.ts");
  const { reportPage } = await import("./report-page.ts");
  const { columnWidth } = await import("./figures/svg-text.ts");
  const named = labelled(report, labels);
  const figures = reportFigures(named);
  return {
    "report.json": textBytes(reportJson(report)),
    "report.csv": textBytes(reportCsv(report)),
    "report.txt": textBytes(reportText(report)),
    "report.html": textBytes(reportPage(report, figures)),
    ...(await figureFileSet(column ? reportFigures(named, columnWidth) : figures, signal)),
  };
}

/** figures/NAME.svg, .pdf, .png and .csv of each figure. Aborting `signal` stops it between two figures. */
export async function figureFileSet(figures: readonly Figure[], signal?: AbortSignal): Promise<FileSet> {
  const { figureFiles } = await import("./figures/figure-files.ts");
  const files: Record<string, Uint8Array> = {};
  for (const figure of figures) {
    // a turn in which whoever aborts can be heard
    await setImmediate();
    signal?.throwIfAborted();
    for (const [extension, content] of Object.entries(await figureFiles(figure)))
      files[`figures/${figure.name}.${extension}`] = content;
  }
  return files;
}

export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Writes files into `folder`, which is made where there is none: all of them beside their places first, then renamed.
 * Throws `InputError` where one cannot be written, and leaves nothing.
 */
export function writeFiles(folder: string, files: FileSet): void {
  const placed = Object.entries(files).map(([name, content]) => ({
    path: join(folder, name),
    chunks: [content],
  }));
  const made: string[] = [];
  try {
    for (const parent of new Set([folder, ...placed.map(({ path }) => dirname(path))]))
      made.push(...makeFolder(parent));
    writeWholeFiles(placed);
  } catch (error) {
    removeFolders(made);
    throw error;
  }
}

/** What was written into `folder`, a line each; the many figures in one, and those of another folder in one. */
export function writtenText(folder: string, files: FileSet): string {
  const names = Object.keys(files);
  const ownFolders = new Set(names.filter((name) => name.includes("/")).map((name) => name.split("/")[0]));
  const figures = names.filter((name) => /^figures\/.*\.svg$/.test(name)).length;
  const drawn = `${join(folder, "figures")} (${counted(figures, "figure")}, each as SVG, PDF, PNG and CSV)`;
  const ownFolder = (own: string) =>
    `${join(folder, own)} (${counted(names.filter((name) => name.startsWith(`${own}/`)).length, "file")})`;
  const lines = [
    ...names.filter((name) => !name.includes("/")).map((name) => join(folder, name)),
    ...(figures > 0 ? [drawn] : []),
    ...[...ownFolders].filter((name) => name !== "figures").map(ownFolder),
  ];
  return writtenPaths(lines);
}

/** A line for each file that was written. */
export const writtenPaths = (paths: readonly string[]): string =>
  paths.map((path) => `wrote ${printable(path)}\n`).join("");

/** Writes the files of a report (`reportFiles`) into `folder`. Throws `InputError` where one cannot be written. */
export const writeReport = async (folder: string, report: Report): Promise<void> =>
  writeFiles(folder, await reportFiles(report));
