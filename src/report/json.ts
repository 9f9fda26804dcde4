import { jsonText } from "./format.ts";
import type { Report } from "./report.ts";

/** The JSON document of a report. */
export const reportJson = (report: Report): string => jsonText(report);
