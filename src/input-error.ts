/** Bad input from outside: a file, a flag, a parameter. The CLI prints its one line and exits 1. */
export class InputError extends Error {
  override name = "InputError";
}

/** `unknown accelerator "swgg"; known: swg, dense` */
export function unknownName(noun: string, name: string, known: Iterable<string>): InputError {
  return new InputError(`unknown ${noun} ${JSON.stringify(name)}; known: ${[...known].join(", ")}`);
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value of any kind as an error quotes it: one line, cut short, "missing" where there is none. */
export function quoted(value: unknown): string {
  if (value === undefined) return "missing";
  const text = inWords(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** What JSON has no words for, or too many, in others. */
function inWords(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  try {
    return JSON.stringify(value);
  } catch {
    return "an object";
  }
}
