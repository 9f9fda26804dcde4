import { escaped } from "./svg-text.ts";

/** What is used of a document's nodes; the compiler knows no browser here. */
export interface DrawnNode {
  readonly nodeType: number;
  readonly localName: string;
  readonly nodeValue: string | null;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly childNodes: Iterable<DrawnNode>;
}

const elementNode = 1;
const textNode = 3;

/**
 * What is drawn in a node, as XML, without styles. A browser and linkedom give the same text: documents differ in the order of
 * attributes and in how they write them.
 */
export const markupIn = ({ childNodes }: DrawnNode): string => Array.from(childNodes, markupOf).join("");

function markupOf(node: DrawnNode): string {
  const { nodeType, localName, nodeValue, attributes } = node;
  if (nodeType === textNode) return escaped(nodeValue ?? "");
  if (nodeType !== elementNode || localName === "style") return "";
  const sorted = [...attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
  const words = sorted.map(({ name, value }) => ` ${name}="${escaped(rounded(value))}"`);
  const inside = markupIn(node);
  return `<${localName}${words.join("")}${inside ? `>${inside}</${localName}>` : "/>"}`;
}

/** Numbers of an attribute to a hundredth: less to store, and the same where a platform's logarithms differ a little. */
const rounded = (value: string): string =>
  value.replace(/-?\d*\.\d{3,}(e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100));
