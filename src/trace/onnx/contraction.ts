import { attribute, type Call, inBrackets, integer, Unknown, type Value } from "./value.ts";

/** Products of tensors, summed over some of their axes: a name for each axis, the same for those that go together. */
export interface Contraction {
  /** Names of each factor's axes. An axis of 1 that broadcasts has none of its own: "". */
  readonly factors: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
}

/** The axis that a product of matrices sums over, which does not broadcast. */
const INNER = "inner";

/** The output's shape. */
export const outputShape = ({ output, sizes }: Contraction): number[] =>
  output.map((name) => sizes.get(name) ?? 1);

/**
 * A product of two matrices, or of stacks of them that broadcast. `turned`: whose last two axes change places;
 * `rowsFirst`: whose rows stand before its stacks.
 */
export function matMulOf(
  call: Call,
  turned: readonly [boolean, boolean] = [false, false],
  rowsFirst: readonly [boolean, boolean] = [false, false],
): Contraction {
  const [a, b] = [call.input(0).shape, call.input(1).shape];
  if (a.length === 0 || b.length === 0) throw new Unknown("a factor is a single number");
  const stacks = [a, b].map(({ length }) => stackNames(length - 2));
  const names = (which: 0 | 1, before: string, last: string) =>
    rowsFirst[which] ? [before, ...stacks[which], last] : [...stacks[which], before, last];
  const left = a.length === 1 ? [INNER] : turned[0] ? names(0, INNER, "row") : names(0, "row", INNER);
  const right = b.length === 1 ? [INNER] : turned[1] ? names(1, "column", INNER) : names(1, INNER, "column");
  const output = [...stacks[a.length > b.length ? 0 : 1]];
  if (a.length > 1) output.push("row");
  if (b.length > 1) output.push("column");
  return contraction(call, [left, right], output);
}

/** Names of the axes in front of matrices, counted from the last, so that those that broadcast have the same ones. */
const stackNames = (count: number): readonly string[] =>
  count > 0 ? Array.from({ length: count }, (_, i) => `${count - i}`) : [];

/** A product of two matrices, either of them transposed or not. */
export function gemmOf(call: Call): Contraction {
  const turned = (name: string) => integer(call, name, 0) === 1;
  if (call.input(0).shape.length !== 2 || call.input(1).shape.length !== 2)
    throw new Unknown("its factors must be matrices");
  return matMulOf(call, [turned("transA"), turned("transB")]);
}

/** The products that an equation such as "bij,bjk->bik" describes. Throws `Unknown` for an equation that is none. */
export function einsumOf(call: Call): Contraction {
  const equation = (attribute(call, "equation")?.s ?? "").replace(/\s/g, "");
  const [inputs, output, ...more] = equation.split("->");
  const terms = inputs.split(",");
  if (more.length > 0 || terms.length !== call.node.inputs.length)
    throw new Unknown(`its equation does not fit its ${call.node.inputs.length} inputs`);
  const ranks = terms.map((_, i) => call.input(i).shape.length);
  const hidden = terms.map((term, i) => (term.includes("...") ? ranks[i] - term.length + 3 : 0));
  const widest = Math.max(...hidden);
  // the axes behind "..." stand at the end of all that do, as in broadcasting
  const lettersOf = (term: string, count: number): string[] => {
    const [before, behind = "", ...rest] = term.split("...");
    if (rest.length > 0 || count < 0 || !/^[A-Za-z]*$/.test(before + behind))
      throw new Unknown("its equation is not one that is known");
    const dots = term.includes("...") ? Array.from({ length: count }, (_, i) => `${count - i}`) : [];
    return [...before, ...dots, ...behind];
  };
  const factors = terms.map((term, i) => lettersOf(term, hidden[i]));
  const all = factors.flat();
  const once = [...new Set(all)].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  const made =
    output ?? `${inputs.includes("...") ? "..." : ""}${once.filter((name) => /\D/.test(name)).join("")}`;
  return contraction(call, factors, lettersOf(made, widest));
}

/** Checks that axes of one name have one size, or 1, which broadcasts. */
function contraction(call: Call, factors: readonly string[][], output: readonly string[]): Contraction {
  const sizes = new Map<string, number>();
  const shapes = factors.map((_, i) => call.input(i).shape);
  const mismatch = () => new Unknown(`factors ${shapes.map(inBrackets).join(" and ")} cannot be multiplied`);
  factors.forEach((names, i) => {
    if (names.length !== shapes[i].length) throw mismatch();
    names.forEach((name, axis) => {
      const extent = shapes[i][axis];
      const known = sizes.get(name) ?? extent;
      const fits = known === extent || (name !== INNER && (known === 1 || extent === 1));
      if (!fits) throw mismatch();
      sizes.set(name, known === 1 ? extent : known);
    });
  });
  if (output.some((name) => !sizes.has(name))) throw new Unknown("its equation makes an axis from nothing");
  const own = factors.map((names, i) =>
    names.map((name, axis) => (shapes[i][axis] === sizes.get(name) ? name : "")),
  );
  return { factors: own, output, sizes };
}

/** What a product of weights with other values is as a layer. */
export interface Product {
  readonly N: number;
  readonly C: number;
  readonly K: number;
  readonly groups: number;
}

/**
 * The product as a layer whose weights are factor `index` of two; text says why it is none. An axis that both factors
 * and the output have makes groups; along an axis on which the weights are copies, it is more of the same layer's inputs.
 */
export function productLayer(
  { factors, output, sizes }: Contraction,
  index: number,
  { copies = [] }: Value,
): Product | string {
  if (factors.length !== 2) return `products of ${factors.length} factors are not taken apart`;
  if (factors.some((names) => new Set(names.filter(Boolean)).size < names.filter(Boolean).length))
    return "it reads a diagonal";
  const [weights, values] = [factors[index], factors[1 - index]];
  const extentOf = (name: string) => sizes.get(name) ?? 1; // an axis that broadcasts has no name
  const found = { N: 1, C: 1, K: 1, groups: 1 };
  for (const [axis, name] of weights.entries()) {
    const extent = extentOf(name);
    if (extent === 1) continue;
    const role = roleOf(values.includes(name), output.includes(name));
    if (role === undefined) return "its weights are summed before they are multiplied";
    const isCopy = copies.includes(axis);
    if (isCopy && role !== "groups") return "its weights are copies of fewer ones";
    found[isCopy ? "N" : role] *= extent;
  }
  const inputs = values.filter((name) => !weights.includes(name) && extentOf(name) !== 1);
  if (!inputs.every((name) => output.includes(name))) return "its input is summed before it is multiplied";
  for (const name of inputs) found.N *= extentOf(name);
  return found;
}

/** What an axis of the weights is, by where else it is. */
const roleOf = (inValues: boolean, inOutput: boolean): "groups" | "C" | "K" | undefined =>
  inValues ? (inOutput ? "groups" : "C") : inOutput ? "K" : undefined;
