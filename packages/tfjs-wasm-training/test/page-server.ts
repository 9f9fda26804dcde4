import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

/** What lies at an address: text, or a file to be read. */
export type Pages = Readonly<Record<string, string | { readonly file: string }>>;

const types: Readonly<Record<string, string>> = { js: "text/javascript", wasm: "application/wasm" };
const typeOf = (path: string) => types[path.split(".").at(-1)!] ?? "text/html";

/** The backend's WebAssembly. */
export const wasmFiles: Pages = Object.fromEntries(
  ["", "-simd", "-threaded-simd"].map((kind) => {
    const name = `tfjs-backend-wasm${kind}.wasm`;
    const file = fileURLToPath(import.meta.resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`));
    return [`/wasm/${name}`, { file }];
  }),
);

/** Headers by which a page is cross-origin isolated. */
export const isolating = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Serves pages on this machine while `use` runs, with headers of their own. */
export async function withServer<R>(
  pages: Pages,
  headers: Readonly<Record<string, string>>,
  use: (address: string) => Promise<R>,
): Promise<R> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    const page = pages[path];
    response.writeHead(page === undefined ? 404 : 200, { "content-type": typeOf(path), ...headers });
    response.end(typeof page === "string" ? page : page && readFileSync(page.file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
