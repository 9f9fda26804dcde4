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
  const special = /["{}();]|\/[*/]/g;
  const reading = new Reading(text);
  for (let found = special.exec(text); found; found = special.exec(text)) {
    const wrong = reading.problemAt(found[0] as Mark, found.index);
    if (wrong) return `line ${lineOf(text, wrong.at)}: ${wrong.rule}`;
    special.lastIndex = reading.next;
  }
  return reading.withinGroup ? `ends within a group; is the file cut?` : undefined;
}

type Mark = "(" | ")" | "{" | "}" | ";" | keyof typeof closing;

interface Problem {
  readonly at: number;
  readonly rule: string;
}

/** How far a text was read, and what is open there. */
class Reading {
  /** where to look for the next mark */
  next = 0;
  private readonly text: string;
  /** of the statement that is read */
  private start = 0;
  private readonly groups = new Nesting("groups", "a group", DEEPEST_GROUPS);
  private readonly parentheses = new Nesting("parentheses", "a parenthesis", DEEPEST_PARENTHESES);

  constructor(text: string) {
    this.text = text;
  }

  get withinGroup(): boolean {
    return this.groups.depth > 0;
  }

  /** What is wrong up to a mark. */
  problemAt(mark: Mark, at: number): Problem | undefined {
    this.next = at + mark.length;
    if (isQuoting(mark)) return this.passOver(mark, at);
    if (mark === "(" || mark === ")") return problem(at, this.parentheses.problemAfter(mark === "("));
    const { start } = this;
    this.start = at + 1;
    const wrong = statementProblem(this.text.slice(start, at));
    if (wrong) return { at: start + wrong.offset, rule: wrong.rule };
    return mark === ";" ? undefined : problem(at, this.groups.problemAfter(mark === "{"));
  }

  /** Goes on after a text or a comment; the text's last line may be a comment. */
  private passOver(mark: keyof typeof closing, at: number): Problem | undefined {
    const end = this.text.indexOf(closing[mark], this.next);
    if (end < 0 && mark !== "//") return { at, rule: `${mark} must be closed` };
    this.next = end < 0 ? this.text.length : end + closing[mark].length;
    return mark === '"' && deepest(this.text, at, end) > DEEPEST_PARENTHESES
      ? { at, rule: tooDeep("parentheses", DEEPEST_PARENTHESES) }
      : undefined;
  }
}

/** How many of one kind are open. */
class Nesting {
  depth = 0;
  private readonly all: string;
  private readonly one: string;
  private readonly most: number;

  /** In words, all of them and one; at most so many may be open. */
  constructor(all: string, one: string, most: number) {
    this.all = all;
    this.one = one;
    this.most = most;
  }

  /** Which rule is broken once another one is opened, or one is closed. */
  problemAfter(opened: boolean): string | undefined {
    this.depth += opened ? 1 : -1;
    if (this.depth < 0) return `${this.one} is closed that was not opened`;
    return this.depth > this.most ? tooDeep(this.all, this.most) : undefined;
  }
}

const tooDeep = (all: string, most: number): string => `${all} must nest at most ${most} deep`;

const problem = (at: number, rule: string | undefined): Problem | undefined =>
  rule === undefined ? undefined : { at, rule };

const isQuoting = (mark: Mark): mark is keyof typeof closing => mark in closing;

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
    const rule = attributeProblem(name, value);
    if (rule !== undefined) return { rule, offset: index };
  }
  const [, name, numbers] = /^\s*(\w+)\s*\(([\s\S]*)\)\s*$/.exec(text) ?? [];
  const rule = name !== undefined && table.test(name) ? tableProblem(name, numbers) : undefined;
  return rule === undefined ? undefined : { rule, offset: text.search(/\S/) };
}

/** The rule that the value of an attribute breaks. */
function attributeProblem(name: string, value: string): string | undefined {
  if (numeric.test(name) && !isNumber(value))
    return `${name} must be a number, is ${JSON.stringify(value.slice(0, 80))}`;
  if (name === "area" && Number(value) < 0) return `area must not be below 0, is ${value}`;
  return name === "function" && value.length > LONGEST_FUNCTION
    ? `function must have at most ${LONGEST_FUNCTION} characters, has ${value.length}`
    : undefined;
}

/** The rule that a list of numbers breaks. */
function tableProblem(name: string, numbers: string): string | undefined {
  for (const [part] of numbers.matchAll(/[^\s,"\\]+/g))
    if (!isNumber(part)) return `${name} must be numbers, has ${JSON.stringify(part.slice(0, 80))}`;
  return undefined;
}
