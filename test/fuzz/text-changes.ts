import type { Random } from "../../src/random.ts";
import { pick } from "./fuzzed-reader.ts";

/** Numbers at which a size, a sum or a product goes wrong. */
const numbers = [
  ..."0 1 2 3 7 -1 -0 0.5 1.5 255 256 1024 1025 65535 65536 1e3 16777216 16777217 2147483647".split(" "),
  ..."2147483648 4294967295 4294967296 9007199254740991 9007199254740993 1e15 1e21 1e308 1e309 -1e309".split(
    " ",
  ),
  ..."NaN Infinity 0x10 01 +1 1e-400 99999999999999999999".split(" "),
];

/** Words that mean something to JavaScript, a terminal, a spreadsheet, a file system or a page. */
export const oddNames = [
  ..."__proto__ constructor toString hasOwnProperty length prototype valueOf value name".split(" "),
  ..."=1+1 +1 -1 @a ../../x /etc/passwd . .. CON a,b a;b a.b a/b a\\b".split(" "),
  "",
  " ",
  "\t=1",
  "\u001b[2J",
  "\u202egnp.a",
  "\u200b",
  "\u2028",
  "\u0000",
  "\u009b1m",
  "<script>",
  "&amp;",
  "\ud800",
  "\ufeff",
  "'\"`",
  "x".repeat(300),
  "é\u0301",
  "名前",
];

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z_]\w*|[^\s\w]|\s+/gi;

/** What may stand in place of a token. */
function another(token: string, all: readonly string[], random: Random): string {
  const quoted = token.startsWith('"');
  switch (random.below(8)) {
    case 0:
      return "";
    case 1:
      return token + token;
    case 2:
      return pick(random, all);
    case 3:
      return pick(random, ["null", "true", "[]", "{}", '""', "[[]]", '{"a":0}', "-", ":", ","]);
    case 4:
      return token.repeat(pick(random, [2, 17, 300]));
    case 5:
      return quoted ? JSON.stringify(pick(random, oddNames)) : pick(random, oddNames);
    default:
      return quoted && random.below(2) === 0 ? JSON.stringify(pick(random, oddNames)) : pick(random, numbers);
  }
}

/** A text with one of its tokens changed: JSON, a Python literal, a Liberty file, words of a command line. */
export function changeText(text: string, random: Random): string {
  const all = text.match(tokens) ?? [];
  if (all.length === 0) return pick(random, oddNames);
  const changed = [...all];
  const solid = [...all.keys()].filter((i) => all[i].trim() !== "");
  const at = solid.length > 0 ? pick(random, solid) : 0;
  changed[at] = another(all[at], all, random);
  return changed.join("");
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const values: readonly Json[] = [
  null,
  true,
  false,
  "",
  [],
  {},
  [[]],
  0,
  1,
  2,
  3,
  -1,
  0.5,
  255,
  1024,
  65536,
  2 ** 24,
  2 ** 24 + 1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  1e21,
  -(2 ** 31),
];

const isFilled = (value: Json): boolean =>
  value !== null && typeof value === "object" && Object.keys(value).length > 0;

/**
 * A JSON value with something in it replaced, left out, doubled or renamed. What lies deep is changed more often: a change
 * further out is mostly refused at the first check.
 */
export function changeJson(value: Json, random: Random): Json {
  if (value === null || typeof value !== "object" || random.below(40) === 0) return scalar(value, random);
  if (Array.isArray(value)) return changeList(value, random);
  const entries = Object.entries(value);
  if (entries.length === 0) return { [pick(random, oddNames)]: pick(random, values) };
  const filled = [...entries.keys()].filter((i) => isFilled(entries[i][1]));
  const at = filled.length > 0 && random.below(4) > 0 ? pick(random, filled) : random.below(entries.length);
  const [key, inner] = entries[at];
  const kept = entries.filter((_, i) => i !== at);
  const kind = random.below(30);
  if (kind === 0) return Object.fromEntries(kept);
  if (kind === 1) return Object.fromEntries([...kept, [pick(random, oddNames), inner]]);
  if (kind === 2) return Object.fromEntries([...entries, [pick(random, oddNames), inner]]);
  entries[at] = [key, changeJson(inner, random)];
  return Object.fromEntries(entries);
}

function scalar(value: Json, random: Random): Json {
  if (typeof value === "number" && random.below(5) > 0)
    return pick(random, [value + 1, value - 1, -value, value * 2, value * 3, value / 2, value * 1000]);
  if (typeof value === "boolean" && random.below(5) > 0) return !value;
  return random.below(3) === 0 ? pick(random, oddNames) : pick(random, values);
}

function changeList(list: readonly Json[], random: Random): Json {
  const at = random.below(list.length + 1);
  const kind = random.below(20);
  if (kind === 0) return [...list.slice(0, at), ...list.slice(at + 1)];
  if (kind === 1) return [...list.slice(0, at), ...list.slice(Math.max(0, at - 1))];
  if (kind === 2) return [...list.slice(0, at), pick(random, values), ...list.slice(at)];
  return list.map((inner, i) => (i === Math.min(at, list.length - 1) ? changeJson(inner, random) : inner));
}
