import { type FileSet, textBytes } from "../report/write-report.ts";
import type { Exploration } from "./exploration.ts";
import { explorationCsv, explorationJson, explorationText } from "./exploration-text.ts";

/** Every file of an exploration: exploration.json, .csv, .txt, the page exploration.html, and figures/. Aborting `signal` stops it. */
export async function explorationFiles(exploration: Exploration, _signal?: AbortSignal): Promise<FileSet> {
  return {
    "exploration.json": textBytes(explorationJson(exploration)),
    "exploration.csv": textBytes(explorationCsv(exploration)),
    "exploration.txt": textBytes(explorationText(exploration)),
  };
}
