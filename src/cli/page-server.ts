import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Io } from "./io.ts";

/** A page for the browsers of this computer. */
export interface ServedPage {
  /** asked for each time that a browser asks; HTML */
  readonly page: () => Buffer | Promise<Buffer>;
  /** what stands behind the address for the page to begin with */
  readonly state?: string;
  /** seconds after which a browser asks again by itself */
  readonly refreshSeconds?: number;
  /** whether to open the reader's browser */
  readonly open: boolean;
}

/**
 * Serves a page on a free port that only this computer reaches, until `signal` is aborted. Its address is what the command prints. Throws
 * what `page` throws, which ends the server.
 */
export async function servePage(served: ServedPage, io: Io, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const server = createServer((request, response) => {
    answer(request, response, served).catch((error) => failed.abort(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/${served.state ?? ""}`;
  io.out(`${address}\n`);
  io.err("serving until Ctrl-C\n");
  if (served.open) openBrowser(address);
  const ended = AbortSignal.any([signal, failed.signal]);
  if (!ended.aborted) await once(ended, "abort");
  close(server);
  failed.signal.throwIfAborted();
}

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}

const headers = {
  "Content-Security-Policy": "frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
} as const;

/** A page elsewhere whose name was made to point to this computer asks under its own name, and is refused. */
async function answer(
  { method, url, headers: asked }: IncomingMessage,
  response: ServerResponse,
  { page, refreshSeconds }: ServedPage,
): Promise<void> {
  const { port } = response.socket!.address() as AddressInfo;
  const refuse = (status: number) => response.writeHead(status, headers).end();
  if (asked.host !== `127.0.0.1:${port}` && asked.host !== `localhost:${port}`) return void refuse(403);
  if (method !== "GET" && method !== "HEAD") return void refuse(405);
  if (url !== "/") return void refuse(404);
  const body = await page();
  response.writeHead(200, {
    ...headers,
    ...(refreshSeconds !== undefined && { Refresh: String(refreshSeconds) }),
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": body.length,
  });
  response.end(method === "GET" ? body : undefined);
}

const openers: Readonly<Record<string, readonly [command: string, ...words: string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens the reader's browser; where there is none, the address stands in the terminal. */
function openBrowser(address: string): void {
  const [command, ...words] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...words, address], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
