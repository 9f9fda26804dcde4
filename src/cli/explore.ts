import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Command } from "commander";
import { InputError, unknownName } from "../input-error.ts";
import { networks } from "../workload/networks/index.ts";
import { explorerPage, explorerPageWith } from "./explorer-page.ts";
import { interruptible } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { imagesOf } from "./network-file.ts";

const examples = `
Examples:
  swg explore
  swg explore --trace out/trace-after.safetensors
  swg explore --network resnet18 --batch 4 --no-open

The page is served to this computer alone, until Ctrl-C. It needs no server: dist/explorer.html is the same page as a file.`;

interface ExploreFlags {
  readonly trace?: string;
  readonly network?: string;
  readonly batch?: string;
  readonly open: boolean;
}

/** Declares the options of `swg explore`. */
export function declareExplore(command: Command, io: Io): void {
  command
    .option("--trace <file>", "captured training steps (safetensors, .npz, or a folder of .npy)")
    .option("--network <name>", "instead of a trace: a network with made-up zeros (see swg list)")
    .option("--batch <number>", "with --network: images (default: 4)")
    .option("--no-open", "open no browser")
    .addHelpText("after", examples)
    .action((flags: ExploreFlags) => interruptible((signal) => explore(flags, io, signal)));
}

async function explore(flags: ExploreFlags, io: Io, signal: AbortSignal): Promise<void> {
  const state = stateOf(flags);
  const server = await served(flags.trace === undefined ? explorerPage() : explorerPageWith(flags.trace));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/${state}`;
  io.out(`${address}\n`);
  io.err("serving until Ctrl-C\n");
  if (flags.open) openBrowser(address);
  if (!signal.aborted) await once(signal, "abort");
  server.close();
  server.closeAllConnections();
}

/** What stands behind the address for the page to begin with. Throws `InputError`. */
function stateOf({ trace, network, batch }: ExploreFlags): string {
  if (trace !== undefined && network !== undefined)
    throw new InputError("--trace and --network cannot be given together: a training step has one source");
  if (batch !== undefined && network === undefined)
    throw new InputError(`--batch goes with --network${trace === undefined ? "" : ", not with --trace"}`);
  if (network === undefined) return "";
  if (!Object.hasOwn(networks, network)) throw unknownName("network", network, Object.keys(networks));
  return `#network=${network}&batch=${imagesOf(batch ?? "4")}`;
}

/** A server of one page on a free port that only this computer reaches. */
async function served(html: string): Promise<Server> {
  const body = Buffer.from(html);
  const server = createServer((request, response) => answer(request, response, body));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
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
function answer(
  { method, url, headers: asked }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  const { port } = response.socket!.address() as AddressInfo;
  const refuse = (status: number) => response.writeHead(status, headers).end();
  if (asked.host !== `127.0.0.1:${port}` && asked.host !== `localhost:${port}`) return void refuse(403);
  if (method !== "GET" && method !== "HEAD") return void refuse(405);
  if (url !== "/") return void refuse(404);
  response.writeHead(200, {
    ...headers,
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
