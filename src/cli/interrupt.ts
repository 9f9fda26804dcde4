/** Ctrl-C ended the command. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/** Does `work` with a signal that Ctrl-C aborts; a second Ctrl-C ends the process. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Interrupted());
  process.once("SIGINT", interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", interrupt);
  }
}

/** Does `work`, which takes an instant, as a whole: Ctrl-C does not end it halfway. */
export function uninterrupted<T>(work: () => T): T {
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    return work();
  } finally {
    process.off("SIGINT", ignore);
  }
}
