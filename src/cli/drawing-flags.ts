import type { Command } from "commander";
import { InputError, quoted, unknownName } from "../input-error.ts";
import type { FigureOptions } from "../report/write-report.ts";
import { nameList } from "./name-list.ts";

/** What was typed about figures, and where they go. */
export interface DrawingFlags {
  readonly out?: string;
  readonly width?: string;
  readonly labels?: string;
}

/** Declares the flags that say how figures are drawn; `what` may have a label. */
export function addDrawingOptions(command: Command, what: string): Command {
  return command
    .option("--width <width>", "with --out: figures as wide as a page (7 inches) or a column (3.5)", "page")
    .option("--labels <name=label>", `with --out: what ${what} are called in figures, as swg=SWG`);
}

/** How figures are to be drawn. Throws `InputError`. */
export function drawingOf({ out, width = "page", labels: text }: DrawingFlags): Required<FigureOptions> {
  const widths = ["page", "column"];
  if (!widths.includes(width)) throw unknownName("width", width, widths);
  if (out === undefined && (width !== "page" || text !== undefined))
    throw new InputError("--width and --labels are of figures, which --out writes");
  const labels = new Map<string, string>();
  for (const item of text === undefined ? [] : nameList("--labels", text, [])) {
    const [, name, label] = /^([^=]+)=(.+)$/s.exec(item) ?? [];
    if (name === undefined) throw new InputError(`--labels must be NAME=LABEL,... is ${quoted(item)}`);
    if (labels.has(name)) throw new InputError(`--labels names ${quoted(name)} twice`);
    labels.set(name, label);
  }
  return { column: width === "column", labels };
}
