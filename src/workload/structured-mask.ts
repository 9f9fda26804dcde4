import { InputError } from "../input-error.ts";

/** N:M masks: of `of` neighbours along a layer's input channels (of its group) at one k and tap, `kept` at most are wanted. */
export interface StructuredMask {
  readonly kept: number;
  readonly of: number;
}

/** Neighbours whose flags fit a word. */
const mostNeighbours = 32;

/** Reads `2:4`; `what` names it in the message. Throws `InputError`. */
export function parseStructuredMask(what: string, text: string): StructuredMask {
  const [kept, of, ...rest] = text
    .split(":")
    .map((part) => (/^\s*\d{1,2}\s*$/.test(part) ? Number(part) : 0));
  if (rest.length === 0 && kept >= 1 && kept <= of && of <= mostNeighbours) return { kept, of };
  throw new InputError(
    `${what} must be N:M, 1 to M of M neighbours and M ${mostNeighbours} at most, such as 2:4, got ${JSON.stringify(text)}`,
  );
}
