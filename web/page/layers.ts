import { idleCauses } from "../../src/events.ts";
import { fills, paint, tileOf } from "../../src/report/figures/palette.ts";
import { uses } from "../../src/report/figures/pe-cycles.ts";
import { grouped, inWords, percent, shortened, times } from "../../src/report/format.ts";
import { losses, lossWords } from "../../src/report/layer-tables.ts";
import type { LayerReport, LayerResult, Report } from "../../src/report/report.ts";
import { at, drawn, h, put, s } from "./element.ts";
import type { Model } from "./model.ts";

/** Of ids of the fills. */
const figure = "layers";

/** Layers that have a row: a page of thousands is slow to draw, and nobody reads it. */
const mostRows = 300;

/** Puts the patterns of all bars into the page, once. */
export const patterns = (): SVGElement =>
  drawn(
    `<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0" class="patterns" aria-hidden="true"><defs>${fills.map((fill) => tileOf(figure, fill)).join("")}</defs></svg>`,
  );

/** What was drawn last of all layers. */
let last: { readonly own: Report; readonly ranked: Report | undefined } | undefined;

type Work = Parameters<(typeof uses)[number]["peCycles"]>[0];

/** Draws each layer's cycles by cause, and what is known of the one that is looked at. */
export function drawLayers(
  { own, ranked: given, done, of }: Model,
  looked: string | undefined,
  look: (layer: string) => void,
): void {
  if (!own) return;
  const { dataset } = at("layers");
  // rows that are there stay until their successors are, in grey, and with them the focus
  const before = done < of && dataset.whole !== undefined ? last : undefined;
  if (done === of) {
    dataset.whole = "";
    last = { own, ranked: given };
  }
  const { subject } = own;
  const { totals } = before?.own ?? own;
  const ranked = before ? before.ranked : given;
  const known = new Map(own.layers.map((layer) => [layer.name, layer]));
  const layers = before ? before.own.layers.map((layer) => known.get(layer.name) ?? layer) : own.layers;
  const works = layers.map((layer): Work => ({ ...layer, result: layer.results[subject] }));
  const all: Work = { name: "all layers", validMacs: totals.validMacs, result: totals.results[subject] };
  const used = uses
    .map((use, i) => ({ ...use, fill: paint(figure, fills[i]) }))
    .filter(({ peCycles }) => peCycles(all) > 0);
  const others = ranked && ranked.layers.length === layers.length ? swgOthers(ranked) : [];
  const headings = ["cycles", "vs bound", "use", ...others.map((name) => `vs ${name}`)];
  const shown = layers.slice(0, mostRows);
  const cells = (own: LayerReport["results"], bound: number) => {
    const { cycles, macUtilization } = own[subject];
    return [
      grouped(cycles),
      times(cycles / bound),
      percent(macUtilization),
      ...others.map((name) => times(cycles / own[name].cycles)),
    ].map((text) => h("td", { class: "n" }, text));
  };
  const rowOf = (layer: LayerReport, i: number) => {
    const isLooked = layer.name === looked;
    const others = ranked?.layers[i]?.name === layer.name ? ranked.layers[i].results : layer.results;
    const results = { ...others, [subject]: layer.results[subject] };
    const isOld = before !== undefined && !known.has(layer.name);
    const name = h(
      "button",
      {
        type: "button",
        id: `layer-${i}`,
        class: "name",
        "aria-pressed": String(isLooked),
        onclick: () => look(layer.name),
      },
      shortened(layer.name, 28),
    );
    return h(
      "tr",
      {
        class: [isLooked && "looked", isOld && "old"].filter(Boolean).join(" ") || undefined,
        title: isOld ? "of the machine before; still simulating" : undefined,
      },
      h("th", { scope: "row" }, name),
      h("td", { class: "bar" }, barOf(works[i], used)),
      ...cells(results, layer.boundCycles),
    );
  };
  const found = layers.find(({ name }) => name === looked);
  const totalResults = (ranked ?? own).totals.results as unknown as LayerReport["results"];
  put(
    at("layers"),
    legendOf(used),
    h(
      "div",
      { class: "wide", tabindex: 0, role: "region", "aria-label": "Layers by cause" },
      h(
        "table",
        { class: "layers" },
        h("caption", { class: "unseen" }, "Cycles of each layer, and the share of them that each cause has"),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, "layer"),
            h("th", { scope: "col" }, "share of MAC-cycles"),
            ...headings.map((text) => h("th", { scope: "col", class: "n" }, text)),
          ),
        ),
        h("tbody", {}, ...shown.map(rowOf)),
        h(
          "tfoot",
          {},
          h(
            "tr",
            { class: before && "old" },
            h("th", { scope: "row" }, "all layers"),
            h("td", { class: "bar" }, barOf(all, used)),
            ...cells(totalResults, totals.boundCycles),
          ),
        ),
      ),
    ),
    ...(layers.length > mostRows
      ? [
          h(
            "p",
            { class: "soft" },
            `The first ${mostRows} of ${grouped(layers.length)} layers; the CSV has all.`,
          ),
        ]
      : []),
    found && detailOf(found, subject),
  );
}

/** Other machines of SWG in a report: what the subject is compared with layer by layer. */
const swgOthers = ({ machines, subject }: Report): string[] =>
  Object.keys(machines).filter((name) => name !== subject && machines[name].accelerator === "swg");

type Used = (typeof uses)[number] & { readonly fill: string };

const legendOf = (used: readonly Used[]): HTMLElement =>
  h(
    "ul",
    { class: "legend" },
    ...used.map(({ key, label, fill }) =>
      h(
        "li",
        { title: key in idleCauses ? idleCauses[key as keyof typeof idleCauses] : undefined },
        s(
          "svg",
          { width: 22, height: 12, "aria-hidden": "true" },
          s("rect", { width: 22, height: 12, fill }),
        ),
        label,
      ),
    ),
  );

/** A bar of 100 % cut by cause. What it says is in its label, for those who do not see it. */
function barOf(work: Work, used: readonly Used[]): SVGElement {
  const { macs, cycles } = work.result;
  let from = 0;
  const parts = used.flatMap(({ label, fill, peCycles }) => {
    const share = peCycles(work) / (macs * cycles);
    if (share <= 0) return [];
    const x = from;
    from += share;
    const words = `${label}: ${percent(share)}`;
    return [
      {
        words,
        rect: s(
          "rect",
          { x: `${100 * x}%`, width: `${100 * share}%`, height: 18, fill },
          s("title", {}, words),
        ),
      },
    ];
  });
  return s(
    "svg",
    { width: "100%", height: 18, role: "img", "aria-label": parts.map(({ words }) => words).join(", ") },
    ...parts.map(({ rect }) => rect),
  );
}

/** One layer: its work, how it is laid over the machine, and in words where its cycles went. */
function detailOf(layer: LayerReport, subject: string): HTMLElement {
  const { name, densities, boundBy, boundCycles, validMacs, denseMacs } = layer;
  const result: LayerResult = layer.results[subject];
  const { fmap, emap, mask } = densities;
  const facts = [
    `${grouped(validMacs)} valid MACs of ${grouped(denseMacs)} dense ones.`,
    `Nonzero: fmap ${percent(fmap)}, emap ${percent(emap)}, mask ${percent(mask)}.`,
    `The bound is ${grouped(boundCycles)} cycles, set by ${boundBy}.`,
    `It is mapped as ${result.mapping}.`,
  ];
  const lost = losses(result, validMacs).slice(0, 6);
  return h(
    "div",
    { class: "detail" },
    h("h3", {}, shortened(name, 60)),
    h("p", {}, facts.join(" ")),
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, `Where the MAC-cycles of ${shortened(name, 60)} were lost`),
      h(
        "tbody",
        {},
        ...lost.map(({ cause, share }) =>
          h(
            "tr",
            {},
            h("td", { class: "n" }, percent(share)),
            h("th", { scope: "row" }, inWords(cause)),
            h("td", {}, lossWords[cause]),
          ),
        ),
      ),
    ),
  );
}
