import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/**
 * JavaScript for what a process took at the most, in MiB. Linux's `maxRSS` would be no less than what the process that
 * started it took.
 */
export const peakMibText = `(() => {
  const { platform, resourceUsage, getBuiltinModule } = process;
  if (platform !== "linux") return resourceUsage().maxRSS / 1024;
  return Number(/VmHWM:\\s+(\\d+)/.exec(getBuiltinModule("fs").readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
})()`;

/** Says at the end, on a line of its own, what the process took. */
const atExit = `process.on("exit", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write("\\nused " + (userCPUTime + systemCPUTime) / 1e6 + " " + ${peakMibText});
})`;
const measure = `data:text/javascript,${encodeURIComponent(atExit)}`;

/**
 * What refusing a file may take. A quiet machine takes a third of a second; the limit is far above that, so that it tells
 * work that grows with what a file claims from a busy machine.
 */
export const mostSeconds = 5;
export const mostMib = 200;

export interface Limited {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** of the processor: the clock also counts what else a shared machine does */
  readonly seconds: number;
  readonly peakMib: number;
}

/** Runs the built program in a process of its own, and measures it. */
export function swgMeasured(words: readonly string[]): Limited {
  const child = spawnSync(process.execPath, ["--import", measure, program, ...words], { encoding: "utf8" });
  const [, err, seconds, peakMib] = /^(.*)\nused (\S+) (\S+)$/s.exec(child.stderr) ?? [];
  return { code: child.status, out: child.stdout, err, seconds: Number(seconds), peakMib: Number(peakMib) };
}
