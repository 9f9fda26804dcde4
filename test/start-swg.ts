import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** Says on stderr when the program begins to listen for signals. */
const sayListening = `data:text/javascript,${encodeURIComponent(
  'process.on("newListener", (name) => name === "SIGTERM" && process.nextTick(() => process.stderr.write("listening\\n")))',
)}`;

/**
 * Starts the built program as `startSwg` does. `listening` is fulfilled when it has begun to listen for signals, or has ended;
 * a line that says so is not in what it wrote.
 */
export function startListening(line: string) {
  const { child, ended } = startSwg(line, ["--import", sayListening]);
  const listening = Promise.race([once(child.stderr, "data"), ended]);
  const without = ended.then(({ err, ...rest }) => ({ ...rest, err: err.replaceAll("listening\n", "") }));
  return { child, listening, ended: without };
}

/**
 * Starts the built program in a process of its own: its threads load compiled files, and signals reach a process. `ended` has
 * its exit code and what it wrote.
 */
export function startSwg(line: string, nodeOptions: readonly string[] = []) {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
  const child = spawn(process.execPath, [...nodeOptions, program, ...line.split(" ")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    written.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    written.err += chunk;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...written }));
  return { child, ended };
}
