import { accelerators } from "../../src/accelerators/index.ts";
import { coverageSentences } from "../../src/report/coverage.ts";
import { rankingTable } from "../../src/report/ranking.ts";
import { standing } from "../../src/report/standing.ts";
import { together } from "../../src/report/yardsticks.ts";
import { cautions } from "./answer.ts";
import { at, h, put } from "./element.ts";
import type { Model } from "./model.ts";
import { tableOf } from "./plain-table.ts";
import type { State } from "./state.ts";

interface Actions {
  readonly others: (names: readonly string[]) => void;
  readonly equalArea: (on: boolean) => void;
}

/** Draws swg beside the machines that were chosen, and the choice. */
export function drawRanking(
  { ranked, waiting, refused, subject }: Model,
  state: State,
  actions: Actions,
): void {
  const table = ranked && rankingTable(ranked);
  put(
    at("ranking"),
    table
      ? tableOf(table, "Machines, the least mm2 x cycles first")
      : h("p", { class: "soft" }, "Answered once the layers are simulated."),
    waiting.length > 0 ? h("p", { class: "soft" }, `Still simulating: ${waiting.join(", ")}.`) : undefined,
    subject && choiceOf(state, actions),
    ...[...refused, ...(ranked ? paragraphsOf(ranked) : [])].map((text) => h("p", { class: "soft" }, text)),
  );
}

const paragraphsOf = (ranked: NonNullable<Model["ranked"]>): string[] =>
  [
    coverageSentences(ranked.coverage),
    [...together(ranked, ranked.subject), ...standing(ranked, ranked.subject)],
    cautions(ranked),
  ]
    .filter(({ length }) => length > 0)
    .map((sentences) => sentences.join(" "));

function choiceOf(
  { others, equalArea: isEqual }: State,
  { others: choose, equalArea }: Actions,
): HTMLElement {
  const names = Object.keys(accelerators).filter((name) => name !== "swg");
  const boxes = names.map((name) => {
    const box = h("input", {
      type: "checkbox",
      id: `other-${name}`,
      checked: others.includes(name),
      onchange: () => choose(box.checked ? [...others, name] : others.filter((other) => other !== name)),
    });
    return h("label", { title: accelerators[name].title }, box, ` ${name}`);
  });
  const equal = h("input", {
    type: "checkbox",
    id: "equal-area",
    checked: isEqual,
    onchange: () => equalArea(equal.checked),
  });
  return h(
    "fieldset",
    { class: "row" },
    h("legend", {}, "Machines"),
    ...boxes,
    h("label", { class: "apart" }, equal, " at equal area"),
  );
}
