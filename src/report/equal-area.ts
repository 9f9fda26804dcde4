import { isSwg, type Machine, select, subjectOf } from "../accelerators/machine.ts";
import { InputError } from "../input-error.ts";
import type { NumberParameter } from "../parameter.ts";
import { areaMm2 } from "./machine-report.ts";
import type { Pricing } from "./pricing.ts";

/** The machine whose area the others take at equal area: the SWG that the run is about, and a default one without it. */
export function equalAreaYardstick(machines: readonly Machine[]): Machine {
  const subject = subjectOf(machines);
  return isSwg(subject) ? subject : select("swg");
}

/** mm2 that every machine has at equal area. */
export const equalAreaMm2 = (machines: readonly Machine[], pricing: Pricing): number =>
  areaMm2(equalAreaYardstick(machines), pricing);

/**
 * The same machines, each array but that of the SWG that the run is about as large as fits in this one's area; buffers, ports
 * and DRAM stay as they are (assumed, D43). Throws `InputError` where the number by which one grows was given, or is too
 * large at its least.
 */
export function atEqualArea(machines: readonly Machine[], pricing: Pricing): Machine[] {
  const yardstick = equalAreaYardstick(machines);
  const target = { label: yardstick.label, mm2: areaMm2(yardstick, pricing) };
  return machines.map((machine) => (machine === yardstick ? machine : grown(machine, target, pricing)));
}

function grown(machine: Machine, target: { label: string; mm2: number }, pricing: Pricing): Machine {
  const { label, accelerator, parameters } = machine;
  const { grows } = accelerator;
  const { value, min = 1, max = 1024 } = accelerator.parameters[grows] as NumberParameter;
  if (parameters[grows] !== value)
    throw new InputError(
      `parameter ${label}.${grows} cannot be given at equal area, which decides it, got ${parameters[grows]}`,
    );
  const ofSize = (size: number): Machine => ({ ...machine, parameters: { ...parameters, [grows]: size } });
  const fits = (size: number) => areaMm2(ofSize(size), pricing) <= target.mm2;
  if (!fits(min))
    throw new InputError(
      `${label} must fit in the ${target.mm2.toFixed(2)} mm2 of ${target.label}, takes ` +
        `${areaMm2(ofSize(min), pricing).toFixed(2)} with ${grows}=${min}`,
    );
  let [least, most] = [min, max];
  while (least < most) {
    const middle = least + Math.ceil((most - least) / 2);
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  return ofSize(least);
}
