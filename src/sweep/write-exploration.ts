import type { DataTable, Figure } from "../report/figures/figure.ts";
import { type FileSet, figureFileSet, textBytes } from "../report/write-report.ts";
import type { Exploration, ExplorationPoint } from "./exploration.ts";
import {
  explorationCsv,
  explorationJson,
  explorationSentences,
  explorationTable,
  explorationText,
  explorationTitle,
  frontPoints,
} from "./exploration-text.ts";

/** Rows of a page's table. */
const mostRows = 200;

/** How the page of an exploration differs from that of a finished one. */
export interface ExplorationPageOptions {
  /** what stands before all else */
  readonly first?: string;
  /** whether the figures' files lie beside it */
  readonly files?: boolean;
}

/** The page of an exploration, and its figures. */
export async function explorationPage(
  exploration: Exploration,
  { first, files = true }: ExplorationPageOptions = {},
): Promise<{ page: string; figures: Figure[] }> {
  // the libraries that draw take a while to load, and only --out and --watch need them
  const { explorationFigures } = await import("./exploration-figures.ts");
  const { pageHtml } = await import("../report/page.ts");
  const figures = explorationFigures(exploration);
  const { given } = exploration;
  const page = pageHtml({
    title: explorationTitle(exploration),
    summary: [...(first === undefined ? [] : [first]), ...explorationSentences(exploration)],
    figures,
    files,
    sections: [
      {
        heading: "The front",
        about: `At most ${mostRows} points, the first objective growing${files ? "; exploration.csv has all" : ""}.`,
        table: pointsTable(exploration, frontPoints(exploration).slice(0, mostRows)),
      },
      ...(given ? [{ heading: "The machines as given", table: pointsTable(exploration, [given]) }] : []),
    ],
  });
  return { page, figures };
}

/**
 * Every file of an exploration: exploration.json, .csv, .parquet, .txt, the page exploration.html, and figures/. Aborting
 * `signal` stops it.
 */
export async function explorationFiles(exploration: Exploration, signal?: AbortSignal): Promise<FileSet> {
  const { page, figures } = await explorationPage(exploration);
  return {
    "exploration.json": textBytes(explorationJson(exploration)),
    "exploration.csv": textBytes(explorationCsv(exploration)),
    "exploration.parquet": await parquetOf(explorationTable(exploration)),
    "exploration.txt": textBytes(explorationText(exploration)),
    "exploration.html": textBytes(page),
    ...(await figureFileSet(figures, signal)),
  };
}

/** The same table by columns, as 64-bit numbers and texts; what is "" there is null. */
async function parquetOf({ columns, rows }: DataTable): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columns.map((name, i) => {
    const data = rows.map((row) => (row[i] === "" ? null : row[i]));
    const isText = data.some((value) => typeof value === "string");
    return isText
      ? { name, data: data.map((value) => (value === null ? null : String(value))), type: "STRING" as const }
      : { name, data, type: "DOUBLE" as const };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

const pointsTable = ({ axes, objectives }: Exploration, points: readonly ExplorationPoint[]) => ({
  columns: [...axes.map(({ name }) => name), ...objectives.map(({ name }) => name)],
  rows: points.map(({ values, objectives: found }) => [
    ...axes.map(({ name }) => values[name] ?? "as given"),
    ...found,
  ]),
});
