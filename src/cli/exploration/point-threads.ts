import { Tinypool } from "tinypool";
import { InputError } from "../../input-error.ts";
import type { PointOutcome } from "../../sweep/point.ts";
import { pointEvaluator } from "../../sweep/point-evaluator.ts";
import type { PointValues } from "../../sweep/space.ts";
import { engines } from "../engines.ts";
import { pause } from "../interrupt.ts";
import type { PointAnswer } from "./point-worker.ts";
import { runsOfPoints, type SearchRuns } from "./search-runs.ts";

/** What simulates points, as many at once as it has threads. */
export interface PointThreads {
  readonly threads: number;
  evaluate(values: PointValues): Promise<PointOutcome>;
  close(): Promise<void>;
}

/** Workers load compiled files; from sources, all is done in the calling thread. */
const canStartThreads = import.meta.url.endsWith(".js");

/** `threads` workers, or the calling thread, which hears of an aborted `signal` between two points. */
export function pointThreads(runs: SearchRuns, threads: number, signal: AbortSignal): PointThreads {
  if (!canStartThreads) return callingThread(runs, signal);
  const pool = new Tinypool({
    filename: new URL("./point-worker.js", import.meta.url).href,
    name: "evaluatePoint",
    workerData: runs.description,
    minThreads: threads,
    maxThreads: threads,
  });
  return {
    threads,
    async evaluate(values) {
      const answer: PointAnswer = await pool.run(values);
      if ("inputError" in answer) throw new InputError(answer.inputError);
      return answer.outcome;
    },
    close: () => pool.destroy(),
  };
}

function callingThread(runs: SearchRuns, signal: AbortSignal): PointThreads {
  const runsOf = runsOfPoints(runs);
  const evaluator = pointEvaluator(engines[runs.engine]);
  return {
    threads: 1,
    async evaluate(values) {
      await pause(signal);
      return evaluator.evaluate((await runsOf(values)).pointAt(values));
    },
    close: async () => {},
  };
}
