/** Groups in groups: a library's tables lie four deep, those of its newest models seven. */
const DEEPEST_GROUPS = 32;
/** Parentheses in a function, or anywhere else. */
const DEEPEST_PARENTHESES = 64;
/** Characters of a cell's function. */
const LONGEST_FUNCTION = 4096;

/** Attributes that are one number: what Yosys and OpenSTA add up or look up. */
const numeric =
  /^(area|(cell_)?leakage_power|(max_|min_|rise_|fall_|default_.*_)?capacitance|(max_|min_)?(fanout|transition)|fanout_load|nom_(process|temperature|voltage)|(slew_derate|(input|output)_threshold_pct|slew_(lower|upper)_threshold_pct)_\w+)$/;
/** Those that are lists of numbers. */
const table = /^(values|index_\d+)$/;

const isNumber = (text: string): boolean =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));

/**
 * What is wrong with a text that should be in the Liberty format, with the line that it is in: groups and parentheses that
 * do not close or nest too deeply, numbers that are none. Undefined where nothing is. Reads it once, from front to back.
 */
export function libertyProblem(text: string): string | undefined {
  const fail = (at: number, rule: string) => `line ${lineOf(text, at)}: ${rule}`;
  const special = /["{}();]|\/[*/]/g;
  let depth = 0;
  let parentheses = 0;
  let start = 0;
  for (let found = special.exec(text); found; found = special.exec(text)) {
    const [mark] = found;
    const at = found.index;
    if (mark in closing) {
      const end = text.indexOf(closing[mark as keyof typeof closing], at + mark.length);
      if (end < 0 && mark !== "//") return fail(at, `${mark} must be closed`);
      special.lastIndex = end < 0 ? text.length : end + closing[mark as keyof typeof closing].length;
      if (mark === '"' && deepest(text, at, end) > DEEPEST_PARENTHESES)
        return fail(at, `parentheses must nest at most ${DEEPEST_PARENTHESES} deep`);
      continue;
    }
    if (mark === "(" && ++parentheses > DEEPEST_PARENTHESES)
      return fail(at, `parentheses must nest at most ${DEEPEST_PARENTHESES} deep`);
    if (mark === ")" && --parentheses < 0) return fail(at, "a parenthesis is closed that was not opened");
    if (mark === "(" || mark === ")") continue;
    const wrong = statementProblem(text.slice(start, at));
    if (wrong) return fail(start + wrong.offset, wrong.rule);
    start = at + 1;
    if (mark === "{" && ++depth > DEEPEST_GROUPS)
      return fail(at, `groups must nest at most ${DEEPEST_GROUPS} deep`);
    if (mark === "}" && --depth < 0) return fail(at, "a group is closed that was not opened");
  }
  return depth > 0 ? `ends within a group; is the file cut?` : undefined;
}

/** What ends a text or a comment. */
const closing = { '"': '"', "/*": "*/", "//": "\n" } as const;

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", end + 1)) line++;
  return line;
}

/** How deep parentheses nest between two places. */
function deepest(text: string, from: number, to: number): number {
  let depth = 0;
  let most = 0;
  for (let i = text.indexOf("(", from); i >= 0 && i < to; i++) {
    if (text[i] === "(") most = Math.max(most, ++depth);
    else if (text[i] === ")") depth--;
  }
  return most;
}

/** What is wrong with the attributes in a piece of text that ends with a statement or before a group. */
function statementProblem(piece: string): { rule: string; offset: number } | undefined {
  const text = piece.includes("/")
    ? piece.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replace(/[^\n]/g, " "))
    : piece;
  for (const { 1: name, 2: written, index } of text.matchAll(/\b(\w+)[^\S\n]*:[^\S\n]*([^\n]*)/g)) {
    const value = written
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim();
    if (numeric.test(name) && !isNumber(value))
      return { rule: `${name} must be a number, is ${JSON.stringify(value.slice(0, 80))}`, offset: index };
    if (name === "area" && Number(value) < 0)
      return { rule: `area must not be below 0, is ${value}`, offset: index };
    if (name === "function" && value.length > LONGEST_FUNCTION)
      return {
        rule: `function must have at most ${LONGEST_FUNCTION} characters, has ${value.length}`,
        offset: index,
      };
  }
  const [, name, numbers] = /^\s*(\w+)\s*\(([\s\S]*)\)\s*$/.exec(text) ?? [];
  if (name === undefined || !table.test(name)) return undefined;
  for (const [part] of numbers.matchAll(/[^\s,"\\]+/g))
    if (!isNumber(part))
      return {
        rule: `${name} must be numbers, has ${JSON.stringify(part.slice(0, 80))}`,
        offset: text.search(/\S/),
      };
  return undefined;
}
