import jsep from "jsep";
import { InputError, quoted, unknownName } from "../input-error.ts";

/** A number, a text or a truth value: what a name in a condition stands for. */
export type Value = number | string | boolean;
type Kind = "number" | "text" | "truth value";

/** What a name stands for; undefined for one that is not known. Names are `columns` or `swg.columns`. */
export type Lookup = (name: string) => Value | undefined;

/** One of the parts that `&&` joins in a condition. */
export interface Condition {
  /** the names in it, each once */
  readonly names: readonly string[];
  holds(lookup: Lookup): boolean;
}

const longest = 1000;

type Node = jsep.Expression;
/** Part of a condition, made of closures: nothing that is typed is ever run as a program. */
interface Compiled {
  readonly kind: Kind;
  readonly of: (lookup: Lookup) => Value;
}

const functions: Readonly<Record<string, (...numbers: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  log2: Math.log2,
};
const ofOneNumber = ["abs", "log2"];

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};
const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/**
 * Reads a condition such as `areaMm2 <= 12 && columns*rows == 256`, and gives the parts that `&&` joins. It is made of numbers,
 * texts in quotes, `true`, `false`, names, + - * / %, < <= > >=, == != between things of one kind, && || !, min, max, abs and
 * log2. `example` knows a value of each name that there is, which decides its kind. Throws `InputError` for anything else.
 */
export function parseCondition(text: string, example: Lookup, known: readonly string[]): Condition[] {
  if (text.length > longest)
    throw new InputError(`--where must have at most ${longest} characters, has ${text.length}`);
  return conjuncts(parsed(text)).map((node) => {
    const names = new Set<string>();
    const { kind, of } = compiled(node, example, known, names);
    if (kind !== "truth value") throw new InputError(`--where must be true or false, ${text} is a ${kind}`);
    return { names: [...names], holds: (lookup) => of(lookup) as boolean };
  });
}

function parsed(text: string): Node {
  try {
    return jsep(text);
  } catch (error) {
    throw new InputError(`--where: ${(error as Error).message}: ${quoted(text)}`);
  }
}

function conjuncts(node: Node): Node[] {
  if (node.type !== "BinaryExpression" || node.operator !== "&&") return [node];
  return [...conjuncts(node.left as Node), ...conjuncts(node.right as Node)];
}

function compiled(node: Node, example: Lookup, known: readonly string[], names: Set<string>): Compiled {
  const inner = (one: unknown) => compiled(one as Node, example, known, names);
  switch (node.type) {
    case "Literal":
      return constant(node.value);
    case "Identifier":
    case "MemberExpression":
      return named(nameOf(node), example, known, names);
    case "UnaryExpression":
      return unary(node.operator as string, inner(node.argument));
    case "BinaryExpression":
      return binary(node.operator as string, inner(node.left), inner(node.right));
    case "CallExpression":
      return call(nameOf(node.callee as Node), (node.arguments as Node[]).map(inner));
    default:
      throw new InputError(`--where cannot have a ${node.type}; it has ${parts}`);
  }
}

const parts = "numbers, names, comparisons, arithmetic, && || !, min, max, abs and log2";

function constant(value: unknown): Compiled {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean")
    return { kind: kindOf(value), of: () => value };
  throw new InputError(`--where cannot have ${quoted(value)}; it has ${parts}`);
}

const kindOf = (value: Value): Kind =>
  typeof value === "number" ? "number" : typeof value === "string" ? "text" : "truth value";

/** `columns`, or `swg.columns`. */
function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name as string;
  const { object, property, computed } = node as jsep.MemberExpression;
  if (node.type === "MemberExpression" && !computed && object.type === "Identifier")
    return `${object.name}.${property.name}`;
  throw new InputError(`--where cannot have a ${node.type} here; it has ${parts}`);
}

function named(name: string, example: Lookup, known: readonly string[], names: Set<string>): Compiled {
  const value = example(name);
  if (value === undefined) throw unknownName("name in --where", name, known);
  names.add(name);
  return { kind: kindOf(value), of: (lookup) => lookup(name)! };
}

function unary(operator: string, { kind, of }: Compiled): Compiled {
  if (operator === "!" && kind === "truth value") return { kind, of: (lookup) => !of(lookup) };
  if (operator === "-" && kind === "number") return { kind, of: (lookup) => -(of(lookup) as number) };
  throw new InputError(`--where cannot have ${operator} of a ${kind}`);
}

function binary(operator: string, a: Compiled, b: Compiled): Compiled {
  const wrong = () => new InputError(`--where cannot have a ${a.kind} ${operator} a ${b.kind}`);
  const both = (kind: Kind) => {
    if (a.kind !== kind || b.kind !== kind) throw wrong();
  };
  if (Object.hasOwn(arithmetic, operator)) {
    both("number");
    const work = arithmetic[operator];
    return { kind: "number", of: (lookup) => work(a.of(lookup) as number, b.of(lookup) as number) };
  }
  if (Object.hasOwn(comparisons, operator)) {
    both("number");
    const work = comparisons[operator];
    return { kind: "truth value", of: (lookup) => work(a.of(lookup) as number, b.of(lookup) as number) };
  }
  if (operator === "==" || operator === "!=") {
    both(a.kind);
    return { kind: "truth value", of: (lookup) => (a.of(lookup) === b.of(lookup)) === (operator === "==") };
  }
  if (operator === "&&" || operator === "||") {
    both("truth value");
    const decided = operator === "||";
    return { kind: "truth value", of: (lookup) => (a.of(lookup) === decided ? decided : b.of(lookup)) };
  }
  throw new InputError(`--where cannot have the operator ${operator}; it has ${parts}`);
}

function call(name: string, given: readonly Compiled[]): Compiled {
  if (!Object.hasOwn(functions, name)) throw unknownName("function in --where", name, Object.keys(functions));
  const rule = ofOneNumber.includes(name) ? "one number" : "numbers";
  const right = ofOneNumber.includes(name) ? given.length === 1 : given.length > 0;
  if (!right || given.some(({ kind }) => kind !== "number"))
    throw new InputError(`--where: ${name} must be of ${rule}`);
  const work = functions[name];
  return { kind: "number", of: (lookup) => work(...given.map(({ of }) => of(lookup) as number)) };
}
