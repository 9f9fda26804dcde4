import { phasesOf } from "../accelerators/accelerator.ts";
import { MachineFault } from "../accelerators/check-activity.ts";
import { machineRules, type Rule, type Trial, trialOf } from "../accelerators/conformance.ts";
import type { Machine } from "../accelerators/machine.ts";
import { pricingRules } from "../energy/pricing-rules.ts";
import { InputError } from "../input-error.ts";
import { defaults, type NumberParameter, type Parameter, type Parameters } from "../parameter.ts";
import { type Random, seededRandom } from "../random.ts";
import { occupancy } from "../trace/occupancy.ts";
import { randomLayer } from "../trace/random-layer.ts";
import type { Layer } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";

/** Whether a machine keeps one rule in one phase, on every layer that was drawn. */
export interface RuleResult {
  readonly phase: Phase;
  readonly rule: string;
  /** layers on which it was judged */
  layers: number;
  /** the first layer that breaks it, and how; absent where none does */
  broken?: BrokenRule;
}

/** How a rule was broken, and on what. */
export interface BrokenRule {
  readonly what: string;
  /** which of the layers drawn, from 0 */
  readonly drawn: number;
  readonly layer: Layer;
  /** those that are not the machine's own */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What came of holding a machine to the rules. */
export interface MachineCheck {
  readonly results: readonly RuleResult[];
  /** runs that the machine refused, and how it refused the last of them */
  readonly refused: number;
  readonly refusal?: string;
}

type Given = Pick<Trial, "accelerator" | "phase" | "occupancy" | "parameters">;

/** What `accelerator()` holds every activity to; an error, which is what breaks it, is judged where a run is tried. */
const accounted = "counts are known and whole, and the causes add up to all MAC-cycles";
const rules: readonly (readonly [string, Rule])[] = [
  [accounted, () => undefined],
  ...Object.entries(machineRules),
  ...Object.entries(pricingRules),
];

/**
 * Runs a machine on `layers` layers drawn from a seed, half of them with the machine's parameters and half with others, in each
 * of its phases, and holds it to every rule. What it refuses with an `InputError` is no fault; any other error is.
 */
export function checkMachine(
  { accelerator, parameters }: Machine,
  seed: number,
  layers: number,
): MachineCheck {
  const book = new Map<string, RuleResult>();
  const refusals: string[] = [];
  const random = seededRandom(seed);
  for (let drawn = 0; drawn < layers; drawn++) {
    const occupied = occupancy(randomLayer(random));
    const chosen = drawn % 2 === 0 ? parameters : drawnParameters(random, accelerator.parameters);
    for (const phase of phasesOf(accelerator)) {
      const refusal = tryRules({ accelerator, phase, occupancy: occupied, parameters: chosen }, drawn, book);
      if (refusal !== undefined) refusals.push(refusal);
    }
  }
  const last = refusals.at(-1);
  return {
    results: [...book.values()],
    refused: refusals.length,
    ...(last !== undefined && { refusal: last }),
  };
}

/** Judges one run by every rule; gives the line with which the machine refuses it, if it does. */
function tryRules(given: Given, drawn: number, book: Map<string, RuleResult>): string | undefined {
  const { accelerator, phase, occupancy, parameters } = given;
  const enter = (rule: string, what: string | undefined) => enterResult(book, given, drawn, rule, what);
  try {
    const trial = trialOf(accelerator, phase, occupancy, parameters);
    for (const [rule, check] of rules) enter(rule, check(trial));
    return undefined;
  } catch (error) {
    if (error instanceof MachineFault) enter(accounted, error.message);
    else if (error instanceof InputError) return error.message;
    else throw error;
    return undefined;
  }
}

/** Counts a run for a rule, and keeps the first that breaks it. */
function enterResult(
  book: Map<string, RuleResult>,
  { accelerator, phase, occupancy, parameters }: Given,
  drawn: number,
  rule: string,
  what: string | undefined,
): void {
  const key = `${phase}, ${rule}`;
  const result = book.get(key) ?? { phase, rule, layers: 0 };
  book.set(key, result);
  result.layers++;
  if (what === undefined || result.broken) return;
  const own: Readonly<Record<string, unknown>> = defaults(accelerator.parameters);
  const changed = Object.entries(parameters).filter(([name, value]) => value !== own[name]);
  result.broken = { what, drawn, layer: occupancy.layer, parameters: Object.fromEntries(changed) };
}

function drawnParameters(random: Random, declared: Parameters): Machine["parameters"] {
  const drawn = Object.entries(declared).map(([name, one]) => [name, drawnValue(random, one)]);
  return Object.fromEntries(drawn);
}

/** Any switch or choice; of numbers the declared one, the least, or one between the least and twice the declared. */
function drawnValue(random: Random, parameter: Parameter): number | boolean | string {
  if ("choices" in parameter) return parameter.choices[random.below(parameter.choices.length)];
  if (typeof parameter.value === "boolean") return random.below(2) === 1;
  const { value, min = 1, max = 1024 } = parameter as NumberParameter;
  const kind = random.below(4);
  if (kind < 2) return value;
  return kind === 2 ? min : min + random.below(Math.min(max, 2 * value) - min + 1);
}
