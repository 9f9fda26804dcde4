import { select } from "../../src/accelerators/machine.ts";
import type { SwgParameters } from "../../src/hardware/parameters.ts";
import type { Answer, TimelineTask } from "../messages.ts";
import { at, h, put } from "./element.ts";
import type { Model } from "./model.ts";
import type { Job } from "./pool.ts";
import type { Opened } from "./results.ts";
import { offerTimeline, TimelineView } from "./timeline.ts";

/** A layer on a machine whose cycles can be recorded. */
export interface Recorded {
  readonly label: string;
  readonly layer: string;
  readonly key: string;
  readonly task: TimelineTask;
}

/** The layer that is looked at on the page's machine, and the layer of the same name, or the first, of each pin. */
export function recordedOf(
  { help, subject, compared }: Model,
  opened: Opened,
  looked: string | undefined,
): Recorded[] {
  const layer = looked ?? help?.layer;
  if (layer === undefined || subject === undefined) return [];
  const own = recorded("now", opened, layer, subject.parameters as unknown as SwgParameters);
  return [
    own,
    ...compared.flatMap(({ pin, opened: other }) => {
      const names = other?.step.layers.map(({ name }) => name) ?? [];
      if (!other || names.length === 0) return [];
      const { parameters } = select("swg", pin.settings, pin.label);
      const same = names.includes(layer) ? layer : names[0];
      return [recorded(pin.label, other, same, parameters as unknown as SwgParameters)];
    }),
  ];
}

function recorded(label: string, { id, source }: Opened, layer: string, parameters: SwgParameters): Recorded {
  const task = { kind: "timeline", source, sourceId: id, layer, parameters } as const;
  return { label, layer, task, key: JSON.stringify(["timeline", id, layer, parameters]) };
}

/** What every MAC did, of layers that a reader asked for; a machine or a layer that changes has to be asked for anew. */
export class Recordings {
  readonly #changed: () => void;
  /** the keys that were asked for together */
  #asked = "";
  readonly #known = new Map<string, Answer>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** What has to be run for what was asked for, as long as it is what can be recorded. */
  jobs(wanted: readonly Recorded[]): Job[] {
    if (keysOf(wanted) !== this.#asked) return [];
    return wanted
      .filter(({ key }) => !this.#known.has(key))
      .map(({ key, task }) => ({
        key,
        task,
        answered: (answer) => {
          this.#known.set(key, answer);
          this.#changed();
        },
      }));
  }

  draw(wanted: readonly Recorded[], isReport: boolean, refresh: () => void): void {
    const element = at("time");
    if (wanted.length === 0 && !isReport) return;
    const keys = keysOf(wanted);
    const isAsked = keys === this.#asked && wanted.length > 0;
    const answers = wanted.flatMap(({ key }) => this.#known.get(key) ?? []);
    const shown = `${keys} ${isAsked} ${answers.length === wanted.length}`;
    if (element.dataset.shown === shown) return;
    element.dataset.shown = shown;
    const wrong = answers.find((answer) => "error" in answer);
    if (wanted.length === 0)
      put(
        element,
        h("p", { class: "soft" }, "A report does not hold it: open the trace that it was made of."),
      );
    else if (!isAsked || answers.length < wanted.length)
      offerTimeline(wanted.map(nameOf), isAsked, () => {
        this.#asked = keys;
        // what is no longer seen makes room
        for (const key of this.#known.keys())
          if (!wanted.some((one) => one.key === key)) this.#known.delete(key);
        refresh();
      });
    else if (wrong && "error" in wrong) put(element, h("p", {}, h("strong", {}, wrong.error)));
    else
      new TimelineView(
        wanted.flatMap(({ label, layer }, i) => {
          const answer = answers[i];
          return "timeline" in answer ? [{ label, layer, timeline: answer.timeline }] : [];
        }),
      ).place(element);
  }
}

const keysOf = (wanted: readonly Recorded[]): string => wanted.map(({ key }) => key).join();

const nameOf = ({ label, layer }: Recorded, i: number, { length }: readonly Recorded[]): string =>
  length === 1 ? layer : i === 0 ? layer : `${layer} of ${label}`;
