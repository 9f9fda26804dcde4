import { memoryParts } from "../../src/accelerators/components.ts";
import { sparsityParts } from "../../src/energy/energy.ts";
import { inWords, percent, threeDigits } from "../../src/report/format.ts";
import { at, h, put } from "./element.ts";
import type { Model } from "./model.ts";
import { treemap } from "./treemap.ts";

const kinds = {
  compute: "multipliers",
  memory: "memories",
  sparsity: "sparsity",
  dram: "DRAM",
  rest: "the rest",
} as const;
type Kind = keyof typeof kinds;

function kindOf(part: string): Kind {
  if (part === "mac") return "compute";
  if (part === "dram") return "dram";
  if ((sparsityParts as readonly string[]).includes(part)) return "sparsity";
  return (Object.values(memoryParts) as string[]).includes(part) ? "memory" : "rest";
}

/** Draws what the machine's area and the energy of all layers, or of one, are made of. */
export function drawCost({ own, done, of }: Model, looked: string | undefined): void {
  if (!own || done < of) return;
  const { subject, machines, totals, layers, pricing } = own;
  const { parts, total } = machines[subject].areaMm2;
  const layer = layers.find(({ name }) => name === looked);
  const { partsPj, totalPj } = (layer?.results ?? totals.results)[subject].energy;
  const where = layer ? looked! : "all layers";
  put(
    at("cost"),
    h(
      "ul",
      { class: "legend" },
      ...Object.entries(kinds).map(([kind, words]) =>
        h("li", {}, h("span", { class: `swatch ${kind}` }), words),
      ),
    ),
    h(
      "div",
      { class: "two" },
      mapOf(`Area: ${threeDigits(total)} mm² at ${pricing.nm} nm`, parts, (mm2) => `${threeDigits(mm2)} mm²`),
      mapOf(
        `Energy of ${where}: ${threeDigits(totalPj / 1e6)} µJ beside ${pricing.dram}`,
        partsPj,
        (pj) => `${threeDigits(pj / 1e6)} µJ`,
      ),
    ),
  );
}

function mapOf(
  title: string,
  parts: Readonly<Record<string, number>>,
  words: (value: number) => string,
): HTMLElement {
  const sorted = Object.entries(parts)
    .filter(([, value]) => value > 0)
    .sort((a, b) => b[1] - a[1]);
  const whole = sorted.reduce((sum, [, value]) => sum + value, 0);
  const places = treemap(
    sorted.map(([, value]) => value),
    160,
    100,
  );
  const cells = sorted.map(([name, value], i) => {
    const text = `${words(value)}, ${percent(value / whole)}`;
    const cell = h(
      "li",
      { class: kindOf(name), title: `${inWords(name)}: ${text}` },
      h("b", {}, inWords(name)),
      " ",
      h("span", {}, text),
    );
    const { x, y, width, height } = places[i];
    // by script: the page's policy lets no style attribute through
    Object.assign(cell.style, {
      left: `${x / 1.6}%`,
      top: `${y}%`,
      width: `${width / 1.6}%`,
      height: `${height}%`,
    });
    return cell;
  });
  return h("figure", {}, h("figcaption", {}, title), h("ul", { class: "treemap" }, ...cells));
}
