import { select } from "../../src/accelerators/machine.ts";
import type { Report } from "../../src/report/report.ts";
import type { Job } from "./pool.ts";
import { type Opened, type Pricing, type Results, reportOf } from "./results.ts";
import type { Found } from "./sources.ts";
import type { Origin, Pin, State } from "./state.ts";

/** A pin beside what the page is about: its own report over all of its layers, or why there is none yet. */
export interface Compared {
  readonly pin: Pin;
  /** what it was kept with, where that is work of its own */
  readonly opened?: Opened;
  readonly report?: Report;
  readonly problem?: string;
}

/** Every pin, and what has yet to be opened and run for them. `find` opens work. */
export function comparedOf(
  { pins }: State,
  opened: Opened,
  find: (origin: Origin) => Found,
  results: Results,
  pricing: Pricing,
): { readonly compared: readonly Compared[]; readonly jobs: readonly Job[] } {
  const each = pins.map((pin) => {
    const found = pin.origin ? find(pin.origin) : { opened };
    if ("missing" in found) return { pin, problem: `waits for the file ${found.missing}`, jobs: [] };
    if ("error" in found) return { pin, problem: found.error, jobs: [] };
    return "job" in found ? { pin, jobs: [found.job] } : resultOf(pin, found.opened, results, pricing);
  });
  return { compared: each, jobs: each.flatMap(({ jobs }) => jobs) };
}

function resultOf(pin: Pin, opened: Opened, results: Results, pricing: Pricing) {
  const { report, step } = opened;
  if (report && !pin.origin)
    return { pin, opened, problem: "a report has nothing to simulate a machine with", jobs: [] };
  if (report) return { pin, opened, report, jobs: [] };
  const machine = select("swg", pin.settings, pin.label);
  const names = step.layers.map(({ name }) => name);
  const { layers, error, complete } = results.layersOf(opened, names, machine, pricing);
  if (error !== undefined) return { pin, opened, problem: error, jobs: [] };
  if (!complete) return { pin, opened, jobs: results.jobsOf(opened, names, machine, pricing) };
  return { pin, opened, report: reportOf(step, [{ machine, layers }], pricing), jobs: [] };
}
