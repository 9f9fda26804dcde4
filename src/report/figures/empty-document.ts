import type { parseHTML } from "linkedom";

type Document = ReturnType<typeof parseHTML>["document"];

/** What is used of a browser's window and of Node's process; the compiler knows no browser here. */
interface Surroundings {
  readonly document?: { readonly implementation: { createHTMLDocument(title: string): Document } };
  readonly process?: {
    getBuiltinModule?(name: "module"): { createRequire(from: string): (name: string) => unknown };
  };
}

/**
 * The document that figures are drawn in: one of the browser's own where there is one, else one of linkedom. linkedom is
 * loaded where it is first needed, and in a way that no bundler sees, so that it is in no page. Throws `Error` where there is
 * neither, such as in a browser's worker.
 */
export function emptyDocument(): Document {
  const { document, process } = globalThis as Surroundings;
  if (document) return document.implementation.createHTMLDocument("");
  const module = process?.getBuiltinModule?.("module");
  if (!module) throw new Error("figures need a document to be drawn in: draw in a page, or in Node");
  const linkedom = module.createRequire(import.meta.url)("linkedom") as { parseHTML: typeof parseHTML };
  return linkedom.parseHTML("<html></html>").document;
}
