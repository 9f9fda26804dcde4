import type { Answer, Task, Told } from "../messages.ts";

/** A task that waits for a worker, or has one. */
export interface Job {
  readonly key: string;
  readonly task: Task;
  readonly answered: (answer: Answer) => void;
  /** hears how far it is, where a task says so */
  readonly told?: (words: string) => void;
}

interface Crew {
  worker: Worker;
  job?: Job | undefined;
  /** the layer that it had last, which it still holds */
  layer?: string;
  /** since when nobody wants what it does, in milliseconds */
  stale?: number | undefined;
}

/** Milliseconds for which a worker may go on with what nobody wants any more: another one in its place has to start, and to open its source again. */
const longestStale = 800;

/** Workers that do the tasks wanted now, the first first. What is no longer wanted is not begun, and soon ended. */
export class Pool {
  readonly #script: string;
  readonly #crews: Crew[];
  #waiting: readonly Job[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `script` makes a thread that runs it a worker. */
  constructor(script: string, size: number) {
    this.#script = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.#crews = Array.from({ length: size }, () => this.#hired({} as Crew));
  }

  /** Whether more is wanted than workers do. */
  get isFull(): boolean {
    return this.#waiting.length > 0;
  }

  /** These tasks are wanted from now on, and no others; one that is being done goes on. */
  want(jobs: readonly Job[]): void {
    const wanted = new Map(jobs.map((job) => [job.key, job]));
    for (const crew of this.#crews) if (crew.job) wanted.delete(crew.job.key);
    this.#waiting = [...wanted.values()];
    this.#markStale(new Set(jobs.map(({ key }) => key)));
    this.#assign();
    this.#replaceSoon();
  }

  /** Since when each crew is at work on what is not wanted; wanted again, it is not stale. */
  #markStale(wanted: ReadonlySet<string>): void {
    for (const crew of this.#crews)
      crew.stale = crew.job && !wanted.has(crew.job.key) ? (crew.stale ?? performance.now()) : undefined;
  }

  /** Ends crews that have been stale for too long while others wait, now or when the first of them is. */
  #replaceSoon(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    const stale = this.#crews.flatMap((crew) => (crew.stale === undefined ? [] : [crew.stale]));
    if (stale.length === 0) return;
    const left = Math.min(...stale) + longestStale - performance.now();
    this.#timer = setTimeout(() => this.#replace(), Math.max(0, left));
  }

  #replace(): void {
    const before = performance.now() - longestStale;
    for (const crew of this.#crews) {
      if (crew.stale === undefined || crew.stale > before) continue;
      crew.worker.terminate();
      crew.job = crew.stale = undefined;
      this.#hired(crew);
    }
    this.#assign();
    this.#replaceSoon();
  }

  #hired(crew: Crew): Crew {
    const worker = new Worker(this.#script);
    worker.onmessage = ({ data }: { data: Answer | Told }) => {
      if ("told" in data) crew.job?.told?.(data.told);
      else this.#done(crew, data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const { job } = crew;
      worker.terminate();
      this.#hired(crew);
      if (job) this.#done(crew, { error: `a worker ended: ${event.message || "memory may have run out"}` });
    };
    crew.worker = worker;
    delete crew.layer;
    return crew;
  }

  #done(crew: Crew, answer: Answer): void {
    const { job } = crew;
    crew.job = crew.stale = undefined;
    // before the next task: the page may want others once it knows this answer
    job?.answered(answer);
    this.#assign();
  }

  #assign(): void {
    for (const crew of this.#crews) {
      if (crew.job || this.#waiting.length === 0) continue;
      const job = this.#bestFor(crew);
      this.#waiting = this.#waiting.filter((one) => one !== job);
      crew.job = job;
      if (job.task.kind === "layer") crew.layer = job.task.layer;
      crew.worker.postMessage(job.task);
    }
  }

  /** The first task; but among the next few one on the layer that the worker holds. */
  #bestFor({ layer }: Crew): Job {
    const [first, ...next] = this.#waiting.slice(0, 8);
    return [first, ...next].find((job) => layerOf(job) === layer) ?? first;
  }
}

const layerOf = ({ task }: Job): string | undefined => (task.kind === "layer" ? task.layer : undefined);
