import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { withPage } from "../../../test/chromium.ts";
import { isolating, type Pages, wasmFiles, withServer } from "./page-server.ts";

/** What an expression gives in a page where `page` is test/threads-page.ts. */
export type Ask = <R>(expression: string) => Promise<R>;

/** A cross-origin isolated page whose backend, and this package, have so many threads, while `use` runs. */
export async function withThreads<R>(threads: number, use: (ask: Ask) => Promise<R>): Promise<R> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../test/threads-page.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    globalName: "page",
    platform: "browser",
    define: { global: "globalThis" },
    write: false,
    logLevel: "error",
  });
  const pages: Pages = {
    ...wasmFiles,
    "/": '<script src="/page.js"></script>',
    "/page.js": outputFiles[0].text,
  };
  return withServer(pages, isolating, (address) =>
    withPage(async (page) => {
      await page.addInitScript(saysCores(2 * threads));
      await page.goto(address);
      const started = await page.evaluate(`page.start("/wasm/", ${threads})`);
      if (started !== threads) throw new Error(`${started} threads instead of ${threads}`);
      return use((expression) => page.evaluate(expression));
    }),
  );
}

/**
 * Lets a page say that there are so many logical cores. TensorFlow.js takes at most half of that as threads, whatever
 * `setThreadsCount` is given: one where there are two.
 */
export const saysCores = (count: number): string =>
  `Object.defineProperty(navigator, "hardwareConcurrency", { value: ${count} })`;
