import { select } from "../../src/accelerators/machine.ts";
import { InputError } from "../../src/input-error.ts";
import type { NumberParameter, Parameter } from "../../src/parameter.ts";
import { grouped, inWords } from "../../src/report/format.ts";
import { h } from "./element.ts";
import type { Settings } from "./state.ts";

/** The control of one parameter, drawn from its declaration. */
export interface Control {
  readonly element: HTMLElement;
  /** Shows the value that the machine has. */
  readonly show: (settings: Settings) => void;
}

type Change = (name: string, value: unknown) => void;

/** A parameter's name as words, without the unit that stands beside its value. */
const wordsOf = (name: string): string => inWords(name.replace(/(Mhz|Kib|Mbps)$/, ""));

/** A control for parameter `name`; `change` is told of every value that the machine can have. */
export function controlOf(name: string, parameter: Parameter, change: Change): Control {
  const id = `parameter-${name}`;
  const wrong = h("p", { class: "wrong", role: "alert" });
  const tell = (value: unknown) => {
    wrong.textContent = problemOf(name, value);
    if (wrong.textContent === "") change(name, value);
  };
  const { input, show, extra } = inputOf(id, parameter, tell);
  const reset = h(
    "button",
    {
      type: "button",
      class: "small reset",
      "aria-label": `${wordsOf(name)}: back to ${parameter.value}`,
      onclick: () => tell(parameter.value),
    },
    `back to ${text(parameter.value)}`,
  );
  const about = h("p", { class: "about", id: `${id}-about` }, parameter.about);
  const element = h(
    "div",
    { class: "parameter" },
    h("label", { for: id }, wordsOf(name)),
    h(
      "div",
      { class: "value" },
      ...extra,
      input,
      "unit" in parameter ? h("span", { class: "unit" }, parameter.unit) : undefined,
    ),
    about,
    reset,
    wrong,
  );
  input.setAttribute("aria-describedby", about.id);
  return {
    element,
    show(settings) {
      const value = settings[name] ?? parameter.value;
      element.classList.toggle("changed", value !== parameter.value);
      reset.hidden = value === parameter.value;
      wrong.textContent = "";
      show(value);
    },
  };
}

const text = (value: unknown): string => (typeof value === "number" ? grouped(value) : String(value));

/** The rule that a value breaks, in the words of the command line; empty where it breaks none. */
function problemOf(name: string, value: unknown): string {
  try {
    select("swg", { [name]: value });
    return "";
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

interface Input {
  readonly input: HTMLElement;
  readonly show: (value: unknown) => void;
  /** what stands before it */
  readonly extra: readonly HTMLElement[];
}

function inputOf(id: string, parameter: Parameter, tell: (value: unknown) => void): Input {
  if ("choices" in parameter) return choice(id, parameter.choices, tell);
  if (typeof parameter.value === "boolean") return toggle(id, tell);
  return number(id, parameter as NumberParameter, tell);
}

function choice(id: string, choices: readonly string[], tell: (value: unknown) => void): Input {
  const input = h(
    "select",
    { id, onchange: () => tell(input.value) },
    ...choices.map((name) => h("option", { value: name }, name)),
  );
  return { input, extra: [], show: (value) => Object.assign(input, { value }) };
}

function toggle(id: string, tell: (value: unknown) => void): Input {
  const input = h("input", { id, type: "checkbox", onchange: () => tell(input.checked) });
  return { input, extra: [], show: (value) => Object.assign(input, { checked: value }) };
}

/** A slider over sensible values, and a field for any other. */
function number(id: string, parameter: NumberParameter, tell: (value: unknown) => void): Input {
  let steps = stepsOf(parameter, parameter.value);
  const slider = h("input", {
    type: "range",
    id: `${id}-slider`,
    min: 0,
    max: steps.length - 1,
    "aria-label": `${parameter.about}, slider`,
    oninput: () => tell(steps[Number(slider.value)]),
  });
  const { min = 1, max = 1024 } = parameter;
  const input = h("input", {
    id,
    type: "number",
    min,
    max,
    inputmode: "numeric",
    onchange: () => tell(input.valueAsNumber),
  });
  return {
    input,
    extra: [slider],
    show(value) {
      const now = value as number;
      steps = stepsOf(parameter, now);
      slider.max = String(steps.length - 1);
      slider.value = String(steps.indexOf(now));
      slider.setAttribute("aria-valuetext", `${grouped(now)} ${parameter.unit}`);
      input.value = String(now);
    },
  };
}

/** Halves and doublings of a default, and what lies midway between them, as far as the parameter may go; and the value that it has. */
function stepsOf({ value, min = 1, max = 1024 }: NumberParameter, now: number): number[] {
  const doublings = Array.from({ length: 9 }, (_, i) => 2 ** (i - 4));
  const steps = doublings.flatMap((factor) => [factor * value, 1.5 * factor * value]).map(Math.round);
  // of a few things each number counts
  const small = value <= 16 ? Array.from({ length: 8 }, (_, i) => i + 1) : [];
  return [...new Set([...steps, ...small, value, now])]
    .filter((step) => step >= min && step <= max)
    .sort((a, b) => a - b);
}
