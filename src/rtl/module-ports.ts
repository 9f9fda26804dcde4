import type { PortShape } from "./stimulus.ts";

/** A parameter or a port of a module, as its line says. */
interface Declared {
  readonly name: string;
  /** the comment above it, or above those before it */
  readonly group: string;
  /** the comment at the end of its line */
  readonly about: string;
}

export interface DeclaredParameter extends Declared {
  /** its default: a formula of the parameters before it */
  readonly formula: string;
}

export interface DeclaredPort extends Declared {
  readonly direction: "input" | "output";
  /** the number of its highest bit: a formula of the parameters */
  readonly highest: string;
}

/** What a module of the design declares, in order: one parameter or port a line. */
export function moduleHeader(text: string): {
  readonly parameters: readonly DeclaredParameter[];
  readonly ports: readonly DeclaredPort[];
} {
  const parameters: DeclaredParameter[] = [];
  const ports: DeclaredPort[] = [];
  let group = "";
  for (const line of text.slice(text.search(/^module /m)).split("\n")) {
    if (line === ");") break;
    const heading = /^\s+\/\/ (.*)/.exec(line);
    if (heading) group = heading[1];
    const [code, about = ""] = line.split(" // ");
    const parameter = /^\s+parameter int (\w+) = (.+?),?\s*$/.exec(code);
    if (parameter) parameters.push({ name: parameter[1], formula: parameter[2], group, about });
    const port = /^\s+(input|output)\s+logic\s+(?:\[(.+?):0\])?\s*(\w+),?\s*$/.exec(code);
    if (port) {
      const [, direction, highest = "0", name] = port;
      ports.push({ name, direction: direction as DeclaredPort["direction"], highest, group, about });
    }
  }
  return { parameters, ports };
}

/** Values of a module's parameters: those given, the others at their defaults. */
export function parameterValues(
  { parameters }: ReturnType<typeof moduleHeader>,
  given: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const { name, formula } of parameters) values.set(name, given[name] ?? constantOf(formula, values));
  return values;
}

/** The ports of a module of the design but its clock, in the order of their names, as wide as the parameters make them. */
export function modulePorts(text: string, given: Readonly<Record<string, number>> = {}): PortShape[] {
  const header = moduleHeader(text);
  const values = parameterValues(header, given);
  return header.ports
    .filter(({ name }) => name !== "clock")
    .map(({ name, direction, highest }) => ({
      name,
      direction: direction === "input" ? ("in" as const) : ("out" as const),
      width: constantOf(highest, values) + 1,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A constant: whole numbers, names, + - * / **, ?:, comparisons and $clog2, which are what this design's formulas use. */
function constantOf(formula: string, names: ReadonlyMap<string, number>): number {
  const tokens = formula.match(/\$clog2|\w+|\*\*|==|[-+*/()?:<>]/g) ?? [];
  let at = 0;
  const take = () => tokens[at++];
  const binary =
    (next: () => number, operators: Record<string, (a: number, b: number) => number>) => (): number => {
      let value = next();
      while (Object.hasOwn(operators, tokens[at] ?? "")) {
        const operator = operators[take()];
        value = operator(value, next());
      }
      return value;
    };
  const atom = (): number => {
    const token = take();
    if (token === "(") {
      const value = choice();
      take();
      return value;
    }
    if (token === "$clog2") return Math.ceil(Math.log2(atom()));
    return names.get(token) ?? Number(token);
  };
  const power = binary(atom, { "**": (a, b) => a ** b });
  const product = binary(power, { "*": (a, b) => a * b, "/": (a, b) => Math.floor(a / b) });
  const sum = binary(product, { "+": (a, b) => a + b, "-": (a, b) => a - b });
  const comparison = binary(sum, {
    ">": (a, b) => Number(a > b),
    "<": (a, b) => Number(a < b),
    "==": (a, b) => Number(a === b),
  });
  const choice = (): number => {
    const value = comparison();
    if (tokens[at] !== "?") return value;
    take();
    const [yes] = [choice(), take()];
    const no = choice();
    return value ? yes : no;
  };
  return choice();
}
