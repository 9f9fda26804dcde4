import { accelerators } from "../accelerators/index.ts";
import { InputError } from "../input-error.ts";
import type { NumberParameter } from "../parameter.ts";
import { type Pricing, priced } from "./pricing.ts";
import { type Selection, select, swgParametersOf } from "./selection.ts";

/** mm2 of a machine at the node of `pricing`. */
export const areaMm2 = ({ accelerator, parameters }: Selection, pricing: Pricing): number => {
  const parts = priced(accelerator.components(parameters), pricing).areaMm2;
  return Object.values(parts).reduce((sum, area) => sum + area, 0);
};

/** mm2 of the run's SWG, and of one with its defaults where it is not in it. */
export const swgAreaMm2 = (selections: readonly Selection[], pricing: Pricing): number =>
  areaMm2(select("swg", swgParametersOf(selections)), pricing);

/**
 * The same machines, each array but SWG's as large as fits in SWG's area; buffers, ports and DRAM stay as they are
 * (assumed, D43). Throws `InputError` where the number by which it grows was given, or is too large at its least.
 */
export function atEqualArea(selections: readonly Selection[], pricing: Pricing): Selection[] {
  const target = swgAreaMm2(selections, pricing);
  return selections.map((selection) =>
    selection.accelerator === accelerators.swg ? selection : grown(selection, target, pricing),
  );
}

function grown(selection: Selection, target: number, pricing: Pricing): Selection {
  const { name, accelerator, parameters } = selection;
  const { grows } = accelerator;
  const { value, min = 1, max = 1024 } = accelerator.parameters[grows] as NumberParameter;
  if (parameters[grows] !== value)
    throw new InputError(
      `parameter ${name}.${grows} cannot be given at equal area, which decides it, got ${parameters[grows]}`,
    );
  const ofSize = (size: number): Selection => ({
    ...selection,
    parameters: { ...parameters, [grows]: size },
  });
  const fits = (size: number) => areaMm2(ofSize(size), pricing) <= target;
  if (!fits(min))
    throw new InputError(
      `${name} must fit in the ${target.toFixed(2)} mm2 of swg, takes ${areaMm2(ofSize(min), pricing).toFixed(2)} with ${grows}=${min}`,
    );
  let [least, most] = [min, max];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  return ofSize(least);
}
