import { join } from "node:path";
import { makeFolder, writeWholeFile } from "../trace/whole-file.ts";
import { reportCsv } from "./csv.ts";
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
    writeWholeFile(path, [new TextEncoder().encode(text)]);
    return path;
  });
}
