import { grouped, shortened, threeDigits, times } from "../../src/report/format.ts";
import { at, h, put, s } from "./element.ts";
import type { Change, Help, Model } from "./model.ts";
import type { Settings } from "./state.ts";

interface Actions {
  /** asks it of all layers, or of one */
  readonly everywhere: (all: boolean) => void;
  readonly apply: (settings: Settings) => void;
}

/** Draws what each limit lifted and each mechanism taken away would do, the most first. */
export function drawHelp(
  { help, own, subject }: Model,
  isEverywhere: boolean,
  { everywhere, apply }: Actions,
): void {
  if (!help || !own) {
    const words =
      subject === undefined
        ? "The report was made without --why."
        : "Answered once the layers are simulated.";
    if (!own || subject === undefined) put(at("help"), h("p", { class: "soft" }, words));
    return;
  }
  const { layer, cycles, lifted, without, missing, either } = help;
  const helps = lifted.filter((change) => change.cycles < cycles);
  const useless = lifted.filter((change) => change.cycles >= cycles);
  const all = h("input", {
    type: "checkbox",
    id: "everywhere",
    checked: isEverywhere,
    onchange: () => everywhere(all.checked),
  });
  put(
    at("help"),
    h(
      "p",
      { class: "row" },
      h(
        "span",
        {},
        layer === undefined ? "Of all layers together: " : `Of ${shortened(layer, 40)}: `,
        h("b", {}, `${grouped(cycles)} cycles`),
        " as the machine is.",
      ),
      either ? h("label", {}, all, " all layers") : undefined,
    ),
    tornado("One limit lifted", "faster", helps, help, apply),
    missing === 0 && helps.length === 0 && lifted.length > 0
      ? h("p", {}, "No limit helps that is lifted alone.")
      : undefined,
    useless.length > 0
      ? h("p", { class: "soft" }, `Of no use, lifted alone: ${useless.map(({ words }) => words).join(", ")}.`)
      : undefined,
    tornado("One mechanism taken away", "slower", without, help, apply),
  );
}

/** Bars from a middle line: to the left what makes it faster, to the right what makes it slower, in doublings. */
function tornado(
  title: string,
  side: "faster" | "slower",
  changes: readonly Change[],
  help: Help,
  apply: Actions["apply"],
): HTMLElement | undefined {
  if (changes.length === 0) return undefined;
  const doublings = ({ cycles }: Change) => Math.log2(cycles / help.cycles);
  const most = Math.max(...changes.map((change) => Math.abs(doublings(change))), 0.05);
  const rows = changes.map((change, i) => {
    const size = (doublings(change) / most) * 50;
    const { cycles, words, settings, areaMm2 } = change;
    const ratio =
      side === "faster"
        ? `${times(help.cycles / cycles)} as fast`
        : `${times(cycles / help.cycles)} the cycles`;
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, words),
      h(
        "td",
        { class: "bar" },
        s(
          "svg",
          { width: "100%", height: 18, "aria-hidden": "true" },
          s("rect", {
            class: size < 0 ? "faster" : "slower",
            x: `${size < 0 ? 50 + size : 50}%`,
            width: `${Math.abs(size)}%`,
            y: 2,
            height: 14,
          }),
          s("line", { class: "middle", x1: "50%", x2: "50%", y1: 0, y2: 18 }),
        ),
      ),
      h("td", { class: "n" }, grouped(cycles)),
      h("td", { class: "n" }, ratio),
      h("td", { class: "n" }, areaMm2 ? threeDigits(areaMm2) : ""),
      h(
        "td",
        {},
        settings &&
          h(
            "button",
            {
              type: "button",
              id: `${side}-${i}`,
              class: "small",
              "aria-label": `Try: ${words}`,
              "data-settings": JSON.stringify(settings),
              onclick: () => apply(settings),
            },
            "Try",
          ),
      ),
    );
  });
  return h(
    "div",
    { class: "wide", tabindex: 0, role: "region", "aria-label": title },
    h(
      "table",
      { class: "tornado" },
      h("caption", {}, title),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, "change"),
          h("td", {}),
          h("th", { scope: "col", class: "n" }, "cycles"),
          h("th", { scope: "col", class: "n" }, "effect"),
          h("th", { scope: "col", class: "n" }, "mm2"),
          h("td", {}),
        ),
      ),
      h("tbody", {}, ...rows),
    ),
  );
}
