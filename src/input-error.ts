/** Bad input from outside: a file, a flag, a parameter. The CLI prints its one line and exits 1. */
export class InputError extends Error {
  override name = "InputError";
}

/** `unknown accelerator "swgg"; known: swg, dense` */
export function unknownName(noun: string, name: string, known: Iterable<string>): InputError {
  return new InputError(`unknown ${noun} ${JSON.stringify(name)}; known: ${[...known].join(", ")}`);
}
