import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The fenced blocks of a language in README.md, in order. */
export function blocksOf(language: string): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  return Array.from(readme.matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, found, text]) => ({ found, text }))
    .filter(({ found }) => found === language)
    .map(({ text }) => text);
}
