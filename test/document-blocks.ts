import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The pages of docs/, by their paths in the repository. */
export const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name.replaceAll("\\", "/")}`)
  .sort();

export const textOf = (document: string): string => readFileSync(join(root, document), "utf8");

/** The fenced blocks of a language in a document, in order. */
export const blocksOf = (document: string, language: string): string[] =>
  Array.from(textOf(document).matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, found, text]) => ({ found, text }))
    .filter(({ found }) => found === language)
    .map(({ text }) => text);
