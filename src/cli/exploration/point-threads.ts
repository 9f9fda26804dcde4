import { Tinypool } from "tinypool";
import { InputError } from "../../input-error.ts";
import type { PointOutcome } from "../../sweep/point.ts";
import { type LayerOutcome, pointEvaluator, sharedOutcome } from "../../sweep/point-evaluator.ts";
import type { PointValues } from "../../sweep/space.ts";
import { denseMacs } from "../../workload/layer.ts";
import { engines } from "../engines.ts";
import { pause } from "../interrupt.ts";
import type { Answer, LayerTask } from "./point-worker.ts";
import { runsOfPoints, type SearchRuns } from "./search-runs.ts";

/** What simulates points, as many at once as it has threads. */
export interface PointThreads {
  readonly threads: number;
  /** `share`: fewer points are left than threads, so that its layers may go to several. The outcome is the same. */
  evaluate(values: PointValues, share?: boolean): Promise<PointOutcome>;
  close(): Promise<void>;
}

/** Workers load compiled files; from sources, all is done in the calling thread. */
const canStartThreads = import.meta.url.endsWith(".js");

/** `threads` workers, or the calling thread, which hears of an aborted `signal` between two points. */
export function pointThreads(runs: SearchRuns, threads: number, signal: AbortSignal): PointThreads {
  if (!canStartThreads) return callingThread(runs, signal);
  const pool = new Tinypool({
    filename: new URL("./point-worker.js", import.meta.url).href,
    workerData: runs.description,
    minThreads: threads,
    maxThreads: threads,
  });
  const asked = async <T>(name: string, task: PointValues | LayerTask): Promise<T> => {
    const answer: Answer<T> = await pool.run(task, { name });
    if ("inputError" in answer) throw new InputError(answer.inputError);
    return answer.outcome;
  };
  const runsOf = runsOfPoints(runs);
  const shared = async (values: PointValues): Promise<PointOutcome> => {
    const point = (await runsOf(values)).pointAt(values);
    const tasks = point.works.flatMap(({ layers }, work) =>
      layers.map((shape, layer) => ({ shape, task: { values, work, layer } })),
    );
    // no thread is left alone with a large one at the end
    tasks.sort((a, b) => denseMacs(b.shape) - denseMacs(a.shape));
    const found: LayerOutcome[][] = point.works.map(() => []);
    const run = async ({ task }: (typeof tasks)[number]) => {
      found[task.work][task.layer] = await asked<LayerOutcome>("evaluateLayer", task);
    };
    await Promise.all(tasks.map(run));
    return sharedOutcome(point, found);
  };
  return {
    threads,
    evaluate: (values, share = false) =>
      share && threads > 1 ? shared(values) : asked("evaluatePoint", values),
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
