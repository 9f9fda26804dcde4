import { duration, percent, shortened } from "../report/format.ts";
import type { RunProgress } from "../report/run-trace.ts";

/** Where a command writes to. */
export interface Io {
  /** the answer */
  out(text: string): void;
  /** errors and progress */
  err(text: string): void;
  /** whether `err` is a terminal, which can take a line back */
  readonly terminal: boolean;
  /** how wide it is; 80 where it does not say */
  readonly columns?: number;
}

const takeLineBack = "\r\u001b[2K";

/**
 * Does `work`, with a callback that shows its progress in one line of a terminal, and nowhere else. The time left is what
 * the rest takes at the speed so far.
 */
export async function withProgress<T>(
  io: Io,
  work: (onProgress: (progress: RunProgress) => void) => T | Promise<T>,
): Promise<T> {
  if (!io.terminal) return work(() => {});
  const started = performance.now();
  try {
    return await work(({ what, done, of }) => {
      const seconds = (performance.now() - started) / 1000;
      const left = done > 0 && seconds > 2 ? `, ${duration((seconds * (of - done)) / done)} left` : "";
      // a line that reaches the edge runs into the next one, and only that would be taken back
      const line = `[${percent(done / of)}${left}] ${shortened(what, 60)}`;
      io.err(`${takeLineBack}${shortened(line, Math.max(1, (io.columns || 80) - 1))}`);
    });
  } finally {
    io.err(takeLineBack);
  }
}
