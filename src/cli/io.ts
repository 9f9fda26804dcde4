import { shortened } from "../report/format.ts";
import type { RunProgress } from "../report/run-trace.ts";

/** Where a command writes to. */
export interface Io {
  /** the answer */
  out(text: string): void;
  /** errors and progress */
  err(text: string): void;
  /** whether `err` is a terminal, which can take a line back */
  readonly terminal: boolean;
}

const takeLineBack = "\r\u001b[2K";

/** Calls `work` with a callback that shows its progress in one line of a terminal, and nowhere else. */
export function withProgress<T>(io: Io, work: (onProgress: (progress: RunProgress) => void) => T): T {
  if (!io.terminal) return work(() => {});
  try {
    return work(({ what, done, of }) =>
      io.err(`${takeLineBack}[${done + 1} of ${of}] ${shortened(what, 60)}`),
    );
  } finally {
    io.err(takeLineBack);
  }
}
