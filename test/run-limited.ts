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
 * What refusing a file may take: seconds of the processor, those of starting the program left out, and MiB. On a quiet machine
 * it takes less than one second; a busy one makes the processor's seconds longer too, up to three times, and what took more is
 * tried once more. The idle program has 60 MiB.
 */
export const mostSeconds = 3;
export const mostMib = 300;

export interface Limited {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** of the processor: the clock also counts what else a shared machine does */
  readonly seconds: number;
  readonly peakMib: number;
}

/** Runs the built program in a process of its own, and measures it; once more where it took too long. */
export function swgMeasured(words: readonly string[]): Limited {
  idleSeconds ??= processMeasured(["--version"]).seconds;
  const first = processMeasured(words);
  const { seconds, ...found } = first.seconds - idleSeconds < mostSeconds ? first : processMeasured(words);
  return { ...found, seconds: Math.max(0, seconds - idleSeconds) };
}

let idleSeconds: number | undefined;

function processMeasured(words: readonly string[]): Limited {
  const child = spawnSync(process.execPath, ["--import", measure, program, ...words], { encoding: "utf8" });
  const [, err, seconds, peakMib] = /^(.*)\nused (\S+) (\S+)$/s.exec(child.stderr) ?? [];
  return { code: child.status, out: child.stdout, err, seconds: Number(seconds), peakMib: Number(peakMib) };
}
