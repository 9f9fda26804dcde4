import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../input-error.ts";
import { reportCsv } from "./csv.ts";
import { makeFolder } from "./folder.ts";
import type { Report } from "./report.ts";
import { reportText } from "./text.ts";

/** The JSON document of a report. */
export const reportJson = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;

/**
 * Writes report.json, report.csv and report.txt into `folder`, which is made where there is none; each beside its
 * place first, then renamed. Returns their paths. Throws `InputError` where they cannot be written.
 */
export function writeReport(folder: string, report: Report): string[] {
  makeFolder(folder);
  const texts = { json: reportJson(report), csv: reportCsv(report), txt: reportText(report) };
  return Object.entries(texts).map(([extension, text]) => {
    const path = join(folder, `report.${extension}`);
    writeWhole(path, text);
    return path;
  });
}

function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    writeFileSync(unfinished, text, { flag: "wx" });
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new InputError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
