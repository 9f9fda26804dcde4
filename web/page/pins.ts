import { shortened } from "../../src/report/format.ts";
import { at, h, put } from "./element.ts";
import { type Pin, pinText } from "./state.ts";

interface Actions {
  /** keeps the machine as it is under this label, to be held against others on whatever work the page is about */
  readonly keep: (label: string) => void;
  /** keeps it with the work that the page is about */
  readonly keepWork: (label: string) => void;
  /** takes it up again */
  readonly use: (pin: Pin) => void;
  readonly drop: (pin: Pin) => void;
}

/** Draws the machines that were kept, and the way to keep this one. */
export function drawPins(
  pins: readonly Pin[],
  isReport: boolean,
  { keep, keepWork, use, drop }: Actions,
): void {
  const label = freeLabel(pins);
  const button = (attributes: Readonly<Record<string, string>>, words: string, click: () => void) =>
    h("button", { type: "button", class: "small", ...attributes, onclick: click }, words);
  const kept = pins.map((pin) => {
    const work = pin.origin
      ? ` on ${shortened(pin.origin.trace ?? pin.origin.report ?? pin.origin.network!, 40)}`
      : "";
    const title = `take up ${pinText(pin.label, pin.settings)}${work} again`;
    const away = { id: `drop-${pin.label}`, "aria-label": `Let go of ${pin.label}` };
    return h(
      "span",
      { class: "pin" },
      button({ id: `use-${pin.label}`, title }, pin.label, () => use(pin)),
      button(away, "×", () => drop(pin)),
    );
  });
  put(
    at("pins"),
    isReport
      ? undefined
      : h(
          "button",
          { type: "button", id: "pin", onclick: () => keep(label) },
          `Pin this machine as ${label}`,
        ),
    h(
      "button",
      { type: "button", id: "pin-work", onclick: () => keepWork(label) },
      isReport ? `Pin this report as ${label}` : `Pin machine and work as ${label}`,
    ),
    ...kept,
  );
}

/** A, B, C, ... */
function freeLabel(pins: readonly Pin[]): string {
  const taken = new Set(pins.map(({ label }) => label));
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return [...letters, ...letters.map((letter) => `Z${letter}`)].find((label) => !taken.has(label)) ?? "ZZ";
}
