/** More than any safetensors header or layer list needs: metadata and shapes nest two deep, layers three. */
const DEEPEST_NESTING = 16;

/** The text of a JSON value, or why it is none. Never throws; refuses nesting that could exhaust memory. */
export function parseBoundedJson(text: string): { value: unknown } | { problem: string } {
  if (nestsDeeper(text, DEEPEST_NESTING)) return { problem: `nests deeper than ${DEEPEST_NESTING} levels` };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: "is not JSON" };
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as an error quotes it: one line, cut short, "missing" where there is none. */
export function quoted(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function nestsDeeper(text: string, deepest: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === "\\") i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "[" || character === "{") {
      if (++depth > deepest) return true;
    } else if (character === "]" || character === "}") depth--;
  }
  return false;
}
