import { Tinypool } from "tinypool";
import { InputError } from "../../input-error.ts";
import type { PointOutcome } from "../../sweep/point.ts";
import { type LayerOutcome, pointEvaluator } from "../../sweep/point-evaluator.ts";
import type { PointValues } from "../../sweep/space.ts";
import { engines } from "../engines.ts";
import { describedRuns, runsOfPoints } from "./search-runs.ts";

/** A point's outcome, or the line that says what is wrong with the input: an error loses its class between threads. */
export type Answer<T> = { readonly outcome: T } | { readonly inputError: string };

/** A layer of a point that is shared among threads: the places of its work and of the layer in this. */
export interface LayerTask {
  readonly values: PointValues;
  readonly work: number;
  readonly layer: number;
}

/** Made at the first point: what is wrong with the input is an answer, which loading a module cannot give. */
let pool: ReturnType<typeof evaluatorOfPool> | undefined;

/** Simulates a point of the search that the pool was started for. */
export const evaluatePoint = (values: PointValues): Promise<Answer<PointOutcome>> =>
  answered(async ({ evaluator, pointAt }) => evaluator.evaluate(await pointAt(values)));

/** Simulates one layer of a point. */
export const evaluateLayer = ({ values, work, layer }: LayerTask): Promise<Answer<LayerOutcome>> =>
  answered(async ({ evaluator, pointAt }) => evaluator.layerOutcome(await pointAt(values), work, layer));

async function answered<T>(
  work: (pool: Awaited<ReturnType<typeof evaluatorOfPool>>) => Promise<T>,
): Promise<Answer<T>> {
  try {
    pool ??= evaluatorOfPool();
    return { outcome: await work(await pool) };
  } catch (error) {
    if (error instanceof InputError) return { inputError: error.message };
    throw error;
  }
}

async function evaluatorOfPool() {
  const runs = await describedRuns(Tinypool.workerData);
  const runsOf = runsOfPoints(runs);
  const evaluator = pointEvaluator(engines[runs.engine]);
  const pointAt = async (values: PointValues) => (await runsOf(values)).pointAt(values);
  return { evaluator, pointAt };
}
