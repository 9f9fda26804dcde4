import { knownName, type Machine } from "../../src/accelerators/machine.ts";
import type { Mapping } from "../../src/hardware/dataflow/mapping.ts";
import { mappingNumbers } from "../../src/hardware/parameters.ts";
import { fast } from "../../src/kernel/wasm.ts";
import type { PricingOptions } from "../../src/report/pricing.ts";
import type { LayerReport, Report } from "../../src/report/report.ts";
import { planRun } from "../../src/report/run-plan.ts";
import type { Answer, LayerTask } from "../messages.ts";
import type { Source, Step } from "../source.ts";
import type { Job } from "./pool.ts";

/** A training step that is open: what it is, where it is, and a number that no other has. */
export interface Opened {
  readonly id: number;
  readonly source: Source;
  readonly step: Step;
  /** of a run that was saved: there is nothing to simulate */
  readonly report?: Report;
}

/** What every machine of a run is priced at. */
export type Pricing = Pick<PricingOptions, "node" | "dram">;

/** Layers that are remembered; of ten machines on the largest network that is known, some thousands. */
const most = 20_000;

/** Under which a worker gives a layer's result, whatever the machine is called in a report. */
const label = "machine";

/** What has been simulated, and what for: a layer on a machine is run once, whatever asks for it. */
export class Results {
  readonly #known = new Map<string, Answer>();
  /** [work and layer] the mapping that it had on the last swg */
  readonly #mappings = new Map<string, Mapping>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Layers of a machine that are known, in the order of the trace, and the first thing that went wrong. */
  layersOf(opened: Opened, names: readonly string[], machine: Machine, pricing: Pricing) {
    const answers = names.map((name) => this.#known.get(keyOf(opened, name, machine, pricing)));
    const layers = answers.flatMap((answer) => (answer && "layer" in answer ? [answer.layer] : []));
    const wrong = answers.find((answer) => answer && "error" in answer) as { error: string } | undefined;
    return { layers, error: wrong?.error, complete: layers.length === names.length };
  }

  /**
   * The same of swg as it is asked for, but where a layer is not known yet, with a first mapping, of which no others are tried:
   * that of the swg before, if it fits, or one that is estimated nearly best.
   */
  untriedLayersOf(opened: Opened, names: readonly string[], machine: Machine, pricing: Pricing) {
    return names.flatMap((name) => {
      const key = keyOf(opened, name, machine, pricing);
      const answers = [this.#known.get(key), this.#known.get(untriedKey(key))];
      return answers.flatMap((answer) => (answer && "layer" in answer ? [answer.layer] : [])).slice(0, 1);
    });
  }

  /** What has to be run for those that are not known in either way. */
  untriedJobsOf(opened: Opened, names: readonly string[], machine: Machine, pricing: Pricing): Job[] {
    return names.flatMap((name) => {
      const tried = keyOf(opened, name, machine, pricing);
      const key = untriedKey(tried);
      if (this.#known.has(tried) || this.#known.has(key)) return [];
      const kept = isFree(machine) ? this.#mappings.get(`${opened.id} ${name}`) : undefined;
      const task = { ...taskOf(opened, name, machine, pricing), untried: kept ? { kept } : {} };
      return [{ key, task, answered: (answer: Answer) => this.#remember(key, answer) }];
    });
  }

  /** What has to be run for the layers of the swg that the page is about, whose mappings are kept for the next one. */
  ownJobsOf(opened: Opened, names: readonly string[], machine: Machine, pricing: Pricing): Job[] {
    return names.flatMap((name) =>
      this.jobsOf(opened, [name], machine, pricing).map((job) => ({
        ...job,
        answered: (answer: Answer) => {
          if ("mapping" in answer && answer.mapping)
            this.#mappings.set(`${opened.id} ${name}`, answer.mapping);
          job.answered(answer);
        },
      })),
    );
  }

  /** What has to be run for the layers of a machine that are not known. */
  jobsOf(opened: Opened, names: readonly string[], machine: Machine, pricing: Pricing): Job[] {
    return names.flatMap((layer) => {
      const key = keyOf(opened, layer, machine, pricing);
      if (this.#known.has(key)) return [];
      const task = taskOf(opened, layer, machine, pricing);
      return [{ key, task, answered: (answer: Answer) => this.#remember(key, answer) }];
    });
  }

  #remember(key: string, answer: Answer): void {
    this.#known.set(key, answer);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= most) break;
      this.#known.delete(oldest);
    }
    this.#changed();
  }
}

/** Whether swg may map as it likes: nothing of the mapping is asked for. */
const isFree = ({ parameters }: Machine): boolean => mappingNumbers.every((name) => parameters[name] === 0);

/** What a worker is asked for. */
function taskOf(opened: Opened, layer: string, machine: Machine, pricing: Pricing): LayerTask {
  const { accelerator, parameters } = machine;
  const sent = { label, accelerator: knownName(accelerator)!, parameters };
  return { kind: "layer", source: opened.source, sourceId: opened.id, layer, machine: sent, pricing };
}

/** Under which the result with a first mapping is remembered. */
const untriedKey = (key: string): string => `untried ${key}`;

const keyOf = ({ id }: Opened, layer: string, { accelerator, parameters }: Machine, pricing: Pricing) =>
  JSON.stringify([id, layer, knownName(accelerator), parameters, pricing]);

/** A machine and what its layers came to, each in a report of its own, in the same order for all machines. */
export interface MachineLayers {
  readonly machine: Machine;
  readonly layers: readonly LayerReport[];
}

/**
 * The report that `swg run` gives of these machines and layers, from their results one by one. At equal area `machines` are
 * as they were asked for, and the results those of the grown ones. The first is the subject.
 */
export function reportOf(
  step: Step,
  runs: readonly MachineLayers[],
  options: Pricing & { readonly equalArea?: boolean } = {},
): Report {
  const [first] = runs;
  const names = first.layers.map(({ name }) => name);
  const machines = runs.map(({ machine }) => machine);
  const whole = names.length === step.layers.length;
  const plan = planRun(step, machines, fast.name, { ...options, ...(!whole && { layers: names }) });
  return plan.report(
    first.layers.map((layer, i) => {
      const results = runs.map(({ machine, layers }) => [machine.label, layers[i].results[label]]);
      return { layer: { ...layer, results: Object.fromEntries(results) } };
    }),
  );
}
