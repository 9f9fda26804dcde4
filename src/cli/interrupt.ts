import { constants } from "node:os";
import { setImmediate } from "node:timers/promises";

/** Ctrl-C, a request to end, and a terminal that was closed. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal ended the command; the message says what is left of it. */
export class Interrupted extends Error {
  override name = "Interrupted";
  readonly signal: (typeof signals)[number];

  /** `written`: files that the command had written before, whole */
  constructor(signal: (typeof signals)[number], written: readonly string[] = []) {
    super(`interrupted: ${written.length > 0 ? `only ${written.join(", ")} were` : "nothing was"} written`);
    this.signal = signal;
  }

  /** 128 + the signal's number, as a shell says it of a program that the signal ended */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

/** Signals that come within this time of the first are taken for the same: `timeout` sends two. */
const sameSignalMs = 1000;

/** Does `work` with an abort signal that Ctrl-C and its like set off; a second one, a second later, ends the process. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let first: number | undefined;
  const interrupt = (name: (typeof signals)[number]) => {
    first ??= performance.now();
    const interrupted = new Interrupted(name);
    controller.abort(interrupted);
    if (performance.now() - first > sameSignalMs) process.exit(interrupted.exitCode);
  };
  for (const name of signals) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}

/** Lets a signal be heard that came while work went on without a pause; throws the abort signal's reason if one did. */
export async function pause(signal: AbortSignal): Promise<void> {
  // in the second turn the system has been asked for signals
  await setImmediate();
  await setImmediate();
  signal.throwIfAborted();
}

/** Does `work`, which takes an instant, as a whole: no signal ends it halfway. */
export function uninterrupted<T>(work: () => T): T {
  const ignore = () => {};
  for (const name of signals) process.on(name, ignore);
  try {
    return work();
  } finally {
    for (const name of signals) process.off(name, ignore);
  }
}
