import { Tinypool } from "tinypool";
import { InputError } from "../../input-error.ts";
import type { PointOutcome } from "../../sweep/point.ts";
import { pointEvaluator } from "../../sweep/point-evaluator.ts";
import type { PointValues } from "../../sweep/space.ts";
import { engines } from "../engines.ts";
import { describedRuns, runsOfPoints } from "./search-runs.ts";

/** A point's outcome, or the line that says what is wrong with the input: an error loses its class between threads. */
export type PointAnswer = { readonly outcome: PointOutcome } | { readonly inputError: string };

/** Made at the first point: what is wrong with the input is an answer, which loading a module cannot give. */
let evaluate: Promise<(values: PointValues) => Promise<PointOutcome>> | undefined;

/** Simulates a point of the search that the pool was started for. */
export async function evaluatePoint(values: PointValues): Promise<PointAnswer> {
  try {
    evaluate ??= evaluatorOfPool();
    return { outcome: await (await evaluate)(values) };
  } catch (error) {
    if (error instanceof InputError) return { inputError: error.message };
    throw error;
  }
}

async function evaluatorOfPool() {
  const runs = await describedRuns(Tinypool.workerData);
  const runsOf = runsOfPoints(runs);
  const evaluator = pointEvaluator(engines[runs.engine]);
  return async (values: PointValues) => evaluator.evaluate((await runsOf(values)).pointAt(values));
}
