/** Bad input from outside: a file, a flag, a parameter. The CLI prints its one line and exits 1. */
export class InputError extends Error {
  override name = "InputError";
}

/** Names that a message lists: a trace may have thousands of layers. */
const mostNames = 100;

/** `unknown accelerator "swgg"; known: swg, dense` */
export function unknownName(noun: string, name: string, known: Iterable<string>): InputError {
  const names = [...known];
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : "";
  return new InputError(
    `unknown ${noun} ${quoted(name)}; known: ${names.slice(0, mostNames).join(", ")}${more}`,
  );
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

/** The rest are for functions that JavaScript calls, where no compiler has looked at what it gives them. */
export function requireText(what: string, value: unknown): void {
  if (typeof value !== "string") throw new InputError(`${what} must be text, is ${quoted(value)}`);
}

export function requireWhole(what: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new InputError(`${what} must be a whole number from ${least} to ${most}, is ${quoted(value)}`);
}

export function requireList(what: string, value: unknown): void {
  if (!Array.isArray(value)) throw new InputError(`${what} must be a list, is ${quoted(value)}`);
}

/** An object that has these functions. */
export function requireObject(what: string, value: unknown, functions: readonly string[] = []): void {
  if (!isRecord(value)) throw new InputError(`${what} must be an object, is ${quoted(value)}`);
  for (const name of functions)
    if (typeof value[name] !== "function")
      throw new InputError(`${what}: ${name} must be a function, is ${quoted(value[name])}`);
}
