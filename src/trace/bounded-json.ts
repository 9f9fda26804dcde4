export { isRecord, quoted } from "../input-error.ts";

/** More than any safetensors header or layer list needs: metadata and shapes nest two deep, layers three. */
const DEEPEST_NESTING = 16;
/** A tensor's entry has about ten, a layer about twenty; many more take seconds to parse, and hundreds of MB. */
const MOST_VALUES = 2 ** 18;

/** The text of a JSON value, or why it is none. Never throws; refuses what could exhaust time or memory. */
export function parseBoundedJson(text: string, most = MOST_VALUES): { value: unknown } | { problem: string } {
  const excess = excessOf(text, most);
  if (excess) return { problem: excess };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: "is not JSON" };
  }
}

const [quote, backslash, comma] = ['"', "\\", ","].map((character) => character.charCodeAt(0));
const [openList, closeList, openObject, closeObject] = ["[", "]", "{", "}"].map((c) => c.charCodeAt(0));

/** How a text goes beyond the limits. Each value but the first follows a comma or an opening bracket. */
function excessOf(text: string, most: number): string | undefined {
  let depth = 0;
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = closingQuote(text, i);
    else if (code === comma) values++;
    else if (code === openList || code === openObject) {
      values++;
      depth++;
    } else if (code === closeList || code === closeObject) depth--;
    if (depth > DEEPEST_NESTING) return `nests deeper than ${DEEPEST_NESTING} levels`;
    if (values > most) return `has more than ${most} values`;
  }
  return undefined;
}

/** Where the string that begins with the quote at `opening` ends; behind the text if it does not. */
function closingQuote(text: string, opening: number): number {
  let at = opening + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}
