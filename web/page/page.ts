import { InputError } from "../../src/input-error.ts";
import { roofline } from "../../src/report/figures/roofline.ts";
import { pageWidth } from "../../src/report/figures/svg-text.ts";
import { shortened } from "../../src/report/format.ts";
import type { Report } from "../../src/report/report.ts";
import type { Answer } from "../messages.ts";
import { drawAnswer } from "./answer.ts";
import { drawCost } from "./cost.ts";
import { at, drawn, h, put } from "./element.ts";
import { broughtFile, type Chosen, chosen, isOf, needsFile, originOf } from "./files.ts";
import { drawHelp } from "./help.ts";
import { drawLayers, patterns } from "./layers.ts";
import { MachinePanel } from "./machine.ts";
import { type Model, modelOf } from "./model.ts";
import { drawPins } from "./pins.ts";
import { type Job, Pool } from "./pool.ts";
import { drawRanking } from "./ranking.ts";
import { type Recorded, Recordings, recordedOf } from "./recordings.ts";
import { type Opened, Results } from "./results.ts";
import { commandOf, saved } from "./share.ts";
import { drawSideBySide } from "./side-by-side.ts";
import { Sources } from "./sources.ts";
import { firstState, hashOf, type Origin, originText, type Pin, type State, stateOf } from "./state.ts";
import { drawWork, nameOf } from "./work.ts";

/** Workers at most: each has an engine of its own, and holds a layer. */
const mostWorkers = 4;

/** Milliseconds from one picture to the next while all workers have work: to draw takes time from them. */
const drawnEvery = 400;

/** Milliseconds after an answer is drawn: it is seen by then. */
const roofAfter = 50;

/** Starts the page; `script` is its own text, which its workers run too. */
export function startPage(script: string): void {
  const explorer = new Explorer(new Pool(script, Math.min(mostWorkers, navigator.hardwareConcurrency || 1)));
  explorer.start();
}

class Explorer {
  readonly #pool: Pool;
  readonly #results = new Results(() => this.#refreshSoon());
  readonly #machine = new MachinePanel({
    settings: (settings) => this.#change({ settings }),
    prices: (prices) => this.#change(prices),
  });
  #state: State = firstState;
  /** the file that was chosen last */
  #file: File | undefined;
  readonly #sources = new Sources(() => this.#refreshSoon());
  #opened: Opened | undefined;
  /** what is shown is about it: a number of opened work, or the text of its origin */
  #work = "";
  #model: Model | undefined;
  #soon = false;
  /** when all was drawn last, and what waits for its time to be drawn */
  #drawnAt = 0;
  #drawTimer: ReturnType<typeof setTimeout> | undefined;
  /** what the roofline was drawn of */
  #roofed: Report | undefined;
  /** a training that goes on, and what it says */
  #training: { readonly job: Job; words: string } | undefined;
  #roofTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #recordings = new Recordings(() => this.#refreshSoon());

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  start(): void {
    document.body.prepend(patterns());
    // on a phone the answer is not pushed off the screen by what it can be changed with
    if (matchMedia("(max-width: 62rem)").matches)
      for (const panel of document.querySelectorAll<HTMLDetailsElement>("aside details")) panel.open = false;
    this.#listen();
    const brought = broughtFile();
    const asked = location.hash.length > 1;
    if (brought) this.#take(brought, asked);
    else this.#readHash();
  }

  #listen(): void {
    const input = at<HTMLInputElement>("file");
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) void this.#choose(file);
      input.value = "";
    });
    this.#listenToDrops();
    addEventListener("hashchange", () => this.#readHash());
    at("copy-link").addEventListener("click", () => void copy(at("copy-link"), location.href));
    at("copy-command").addEventListener(
      "click",
      () => void copy(at("copy-command"), commandOf(this.#state) ?? ""),
    );
    at("print").addEventListener("click", () => print());
    for (const [id, save] of Object.entries(saved))
      at(id).addEventListener("click", () => {
        const { ranked, untried } = this.#model ?? {};
        if (ranked && untried === 0) void save(ranked, this.#state.settings);
        at<HTMLDetailsElement>("save").open = false;
      });
  }

  #listenToDrops(): void {
    const show = (event: DragEvent, isOver: boolean) => {
      event.preventDefault();
      at("drop").hidden = !isOver;
    };
    addEventListener("dragover", (event) => show(event, true));
    addEventListener("dragleave", (event) => event.relatedTarget === null && show(event, false));
    addEventListener("drop", (event) => {
      show(event, false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void this.#choose(file);
    });
  }

  async #choose(file: File): Promise<void> {
    this.#take(await chosen(file));
  }

  /** Opens a file: as the link says, where it or a pin waits for this one, else by itself. */
  #take(file: Chosen, fromLink = false): void {
    this.#file = file.file;
    const missing = this.#state.pins.filter(({ origin }) => origin && this.#isMissing(origin));
    this.#sources.add(file);
    if (fromLink) this.#readHash();
    const { origin } = this.#state;
    const isAwaited = needsFile(origin) && isOf(origin, file);
    const isPins = missing.some((pin) => isOf(pin.origin!, file));
    if (isAwaited || isPins) {
      say("");
      this.#refresh();
    } else this.#change({ origin: originOf(file), ...noLayer });
  }

  #isMissing(origin: Origin): boolean {
    return "missing" in this.#sources.find(origin);
  }

  #readHash(): void {
    try {
      this.#state = stateOf(location.hash);
      say("");
    } catch (error) {
      say(messageOf(error));
      this.#state = firstState;
    }
    this.#refresh();
  }

  /** Another state: its link, and what it takes to show it. */
  #change(part: Partial<State>): void {
    this.#state = withoutUndefined({ ...this.#state, ...part });
    history.replaceState(null, "", `#${hashOf(this.#state)}`);
    say("");
    this.#refresh();
  }

  /** At once where a worker would soon have nothing to do: what is left may be of use, and what comes next is found out there. */
  #refreshSoon(): void {
    clearTimeout(this.#drawTimer);
    const wait = this.#pool.isFull ? this.#drawnAt + drawnEvery - performance.now() : 0;
    if (wait > 0) this.#drawTimer = setTimeout(() => this.#refreshNext(), wait);
    else this.#refreshNext();
  }

  /** Once, before the next picture, however many answers come until then. */
  #refreshNext(): void {
    if (this.#soon) return;
    this.#soon = true;
    const now = () => {
      this.#soon = false;
      this.#refresh();
    };
    if (document.hidden) setTimeout(now);
    else requestAnimationFrame(now);
  }

  /** Shows what is known of the state, and asks the workers for the rest. */
  #refresh(): void {
    const found = this.#sources.find(this.#state.origin);
    this.#opened = "opened" in found ? found.opened : undefined;
    const work = "opened" in found ? `${found.opened.id}` : originText(this.#state.origin);
    if (work !== this.#work) this.#isOther();
    this.#work = work;
    if ("missing" in found) {
      say(`This link is about the file ${shortened(found.missing, 80)}: open it, or drop it here.`);
      showNothing("Waiting for a file");
    } else if ("error" in found) {
      say(found.error);
      showNothing("Nothing to simulate");
    }
    this.#model = this.#opened && this.#modelOf(this.#opened);
    if ("job" in found) this.#want([found.job]);
    else this.#want(this.#model ? [...this.#recordings.jobs(this.#recorded()), ...this.#model.jobs] : []);
    this.#draw();
    this.#drawnAt = performance.now();
  }

  /** Other work than before: what is shown is no longer it. */
  #isOther(): void {
    at("answer").setAttribute("aria-busy", "true");
    delete at("layers").dataset.whole;
  }

  #want(jobs: readonly Job[]): void {
    this.#pool.want([...(this.#training ? [this.#training.job] : []), ...jobs]);
  }

  /** Trains a network in a worker, and opens what was captured. */
  #train(seed: number): void {
    const answered = (answer: Answer) => {
      this.#training = undefined;
      if ("trained" in answer) {
        const { name, bytes, step } = answer.trained;
        void chosen(new File([bytes], name)).then((file) => {
          this.#file = file.file;
          this.#sources.add(file);
          this.#change({ origin: { ...originOf(file), step }, ...noLayer });
        });
      } else if ("error" in answer) say(answer.error);
      this.#refresh();
    };
    const told = (words: string) => {
      if (this.#training) this.#training.words = words;
      this.#refreshSoon();
    };
    const job: Job = { key: `train ${seed}`, task: { kind: "train", seed }, answered, told };
    this.#training = { job, words: "starting" };
    this.#refresh();
  }

  #modelOf(opened: Opened): Model | undefined {
    try {
      return modelOf(this.#state, opened, (origin) => this.#sources.find(origin), this.#results);
    } catch (error) {
      say(messageOf(error));
      return undefined;
    }
  }

  #draw(): void {
    const [state, model] = [this.#state, this.#model];
    const command = commandOf(state);
    at("in-terminal").hidden = command === undefined;
    at<HTMLButtonElement>("copy-command").disabled = command === undefined;
    put(at("command"), command);
    this.#machine.show(state, model);
    drawWork(state, this.#opened, {
      choose: (origin: Origin) => this.#change({ origin, ...noLayer }),
      train: () => this.#train(1),
      ...(this.#training && { training: this.#training.words }),
      ...(this.#file && { file: this.#file }),
    });
    if (this.#opened) put(at("what"), nameOf(this.#opened));
    if (!model) return;
    drawAnswer(model);
    const keep = (pin: Pin) => this.#change({ pins: [...this.#state.pins, pin] });
    drawPins(state.pins, model.subject === undefined, {
      keep: (label) => keep({ label, settings: this.#state.settings }),
      keepWork: (label) => keep({ label, settings: this.#state.settings, origin: this.#state.origin }),
      use: ({ settings, origin }) => this.#change(origin ? { settings, origin, ...noLayer } : { settings }),
      drop: ({ label }) => this.#change({ pins: this.#state.pins.filter((pin) => pin.label !== label) }),
    });
    drawLayers(model, state.layer, (layer) => this.#change(layer === state.layer ? noLayer : { layer }));
    drawHelp(model, state.everywhere, {
      everywhere: (everywhere) => this.#change({ everywhere }),
      apply: (settings) => this.#change({ settings }),
    });
    drawRanking(model, state, {
      others: (others) => this.#change({ others }),
      equalArea: (equalArea) => this.#change({ equalArea }),
    });
    drawSideBySide(model);
    drawCost(model, state.layer);
    this.#recordings.draw(this.#recorded(), model.subject === undefined, () => this.#refresh());
    this.#drawRoofSoon();
  }

  /** Draws the roofline once the answer can be seen. */
  #drawRoofSoon(): void {
    clearTimeout(this.#roofTimer);
    this.#roofTimer = setTimeout(() => {
      const { own, done, of } = this.#model ?? {};
      if (own && done === of) this.#drawRoof(own);
    }, roofAfter);
  }

  /** Draws the roofline, which takes longer than all the rest, only where its report is another one. */
  #drawRoof(report: Report): void {
    if (this.#roofed && sameCycles(this.#roofed, report)) return;
    this.#roofed = report;
    const words = { class: "wide", tabindex: 0, role: "region", "aria-label": "Layers under the roof" };
    put(
      at("roof"),
      ...roofline(report, report.subject, pageWidth).map(({ svg, caption }) =>
        h("figure", {}, h("div", words, drawn(svg)), h("figcaption", {}, caption)),
      ),
    );
  }

  /** What can be recorded: the layer in sight, and beside it that of each pin. */
  #recorded(): readonly Recorded[] {
    return this.#model && this.#opened ? recordedOf(this.#model, this.#opened, this.#state.layer) : [];
  }
}

/** Whether two reports have the same layers under the same roof. */
const sameCycles = (a: Report, b: Report): boolean => {
  const points = ({ layers, subject }: Report) =>
    layers.map(({ name, results }) => [name, results[subject].roofline]);
  return JSON.stringify(points(a)) === JSON.stringify(points(b));
};

const noLayer = { layer: undefined } as unknown as Partial<State>;

const withoutUndefined = (state: State): State =>
  Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)) as unknown as State;

/** Says why there is no answer, in the place of the last one. */
function showNothing(words: string): void {
  put(at("lead"), words);
  for (const id of ["tiles", "why", "status"]) put(at(id));
}

/** A line above everything; empty: none. */
function say(text: string): void {
  const message = at("message");
  message.textContent = text;
  message.hidden = text === "";
}

function messageOf(error: unknown): string {
  if (error instanceof InputError) return error.message;
  throw error;
}

/** Copies a text, and says so on the button for a while. */
async function copy(button: HTMLElement, text: string): Promise<void> {
  const words = button.dataset.words ?? button.textContent ?? "";
  button.dataset.words = words;
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  button.textContent = done ? "Copied" : "Not allowed";
  setTimeout(() => {
    button.textContent = words;
  }, 1500);
}
