import { InputError } from "../input-error.ts";

/** The names in "a,b": one or more, none empty, none twice. `flag` and `known` are for messages. */
export function nameList(flag: string, text: string, known: Iterable<string>): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes(""))
    throw new InputError(
      `${flag} must be names separated by commas, is ${JSON.stringify(text)}; known: ${[...known].join(", ")}`,
    );
  const seen = new Set<string>();
  const twice = names.find((name) => seen.has(name) || !seen.add(name));
  if (twice !== undefined) throw new InputError(`${flag} names ${JSON.stringify(twice)} twice`);
  return names;
}

/** The value of a repeatable option, for commander. */
export const collected = (value: string, before: readonly string[] = []): string[] => [...before, value];
