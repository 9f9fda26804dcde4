import type { PortShape } from "./stimulus.ts";

/**
 * The ports of a module of the design but its clock, in the order of their names, as wide as the parameters make them.
 * Formulas may use what this design's do: whole numbers, names, + - * / **, ?:, comparisons and $clog2.
 */
export function modulePorts(text: string, given: Readonly<Record<string, number>> = {}): PortShape[] {
  const values = new Map<string, number>();
  for (const [, name, formula] of text.matchAll(/^\s+parameter int (\w+) = (.+?),?$/gm))
    values.set(name, given[name] ?? constantOf(formula, values));
  const ports: PortShape[] = [];
  for (const [, direction, formula, name] of text.matchAll(
    /^\s+(input|output)\s+logic\s+(?:\[(.+?):0\])?\s*(\w+),?$/gm,
  ))
    if (name !== "clock")
      ports.push({
        ...{ name, direction: direction === "input" ? "in" : "out" },
        width: formula === undefined ? 1 : constantOf(formula, values) + 1,
      });
  return ports.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A constant expression. */
function constantOf(formula: string, names: ReadonlyMap<string, number>): number {
  const tokens = formula.match(/\$clog2|\w+|\*\*|>=|<=|[-+*/()?:<>]/g) ?? [];
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
  const comparison = binary(sum, { ">": (a, b) => Number(a > b), "<": (a, b) => Number(a < b) });
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
