import { fileURLToPath } from "node:url";
import { runCli } from "../src/cli/run-cli.ts";

/** The captured step of two pictures: five layers, `conv3` with a mask. */
export const tinyTrace = fileURLToPath(new URL("data/tiny.safetensors", import.meta.url));

/** Runs one command line in this process, its words separated by spaces or given one by one. */
export async function swg(line: string | readonly string[], terminal = false) {
  const written = { out: "", err: "" };
  const code = await runCli(typeof line === "string" ? line.split(" ").filter(Boolean) : line, {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    terminal,
  });
  return { code, ...written };
}
