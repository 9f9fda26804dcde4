import { InputError } from "../input-error.ts";

/** The whole number that a flag gives. Throws `InputError` for any other text. */
export function whole(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new InputError(`${flag} must be a whole number from ${min} to ${max}, is ${JSON.stringify(text)}`);
}
