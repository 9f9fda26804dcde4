import type { Command } from "commander";
import { InputError, unknownName } from "../input-error.ts";
import { networks } from "../workload/networks/index.ts";
import { explorerPage, explorerPageWith } from "./explorer-page.ts";
import { interruptible } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { imagesOf } from "./network-file.ts";
import { servePage } from "./page-server.ts";

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
  const html = flags.trace === undefined ? explorerPage() : explorerPageWith(flags.trace);
  const body = Buffer.from(html);
  await servePage({ page: () => body, state, open: flags.open }, io, signal);
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
