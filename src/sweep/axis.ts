import { InputError } from "../input-error.ts";

/** What a sweep varies, and the values that it takes, each as one would type it. */
export interface SweepAxis {
  /** `batch`, `network`, `trace`, `density.fmap`, `swg.globalBufferKib`, ... */
  readonly name: string;
  /** in the order of the sweep; all numbers, or all names */
  readonly values: readonly (number | string)[];
  /** of a machine's parameter that has one */
  readonly unit?: string;
}

const most = 200;
const form =
  "a name, =, and values a,b,c or first:last:step, such as batch=1,2,4 or density.fmap=0.05:1:0.05 or " +
  "swg.globalBufferKib=20,40,80";

/**
 * Reads `name=a,b,c` or `name=first:last:step`. The last value of a range is the last that is not above `last`. Whether
 * the name is known, and each value one that it takes, is not checked here. Throws `InputError` for another form.
 */
export function parseAxis(text: string): SweepAxis {
  const [, name, list] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined) throw new InputError(`sweep must be ${form}; is ${JSON.stringify(text)}`);
  const values = list.includes(":") ? rangeOf(name, list) : list.split(",").map((value) => value.trim());
  if (values.length > most) throw tooMany(name, values.length);
  const numbers = values.map((value) => (isNumber(value) ? Number(value) : Number.NaN));
  const typed: (number | string)[] = numbers.some(Number.isNaN) ? values.map(String) : numbers;
  if (typed.includes("")) throw new InputError(`sweep must be ${form}; is ${JSON.stringify(text)}`);
  const twice = typed.find((value, i) => typed.indexOf(value) < i);
  if (twice !== undefined) throw new InputError(`sweep of ${name} has ${JSON.stringify(twice)} twice`);
  return { name, values: typed };
}

const isNumber = (value: number | string) => /^-?(\d+\.?\d*|\.\d+)$/.test(String(value));

const tooMany = (name: string, count: number) =>
  new InputError(`sweep of ${name} must have at most ${most} values, has ${count}`);

function rangeOf(name: string, text: string): number[] {
  const parts = text.split(":").map((part) => part.trim());
  const [first, last, step] = parts.map(Number);
  if (parts.length !== 3 || !parts.every(isNumber) || !(step > 0) || last < first)
    throw new InputError(
      `sweep of ${name} must be first:last:step, last not below first and step above 0; is ${JSON.stringify(text)}`,
    );
  const steps = Math.floor((last - first) / step + 1e-9);
  if (steps >= most) throw tooMany(name, steps + 1);
  // to twelve digits: 0.1 + 2 x 0.1 is 0.3
  const value = (i: number) => Number((first + i * step).toPrecision(12));
  return Array.from({ length: steps + 1 }, (_, i) => value(i));
}
