import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { pythonWithTorch } from "../../../test/python.ts";

export interface PyTorch {
  readonly version: string;
  /** Asks bench/pytorch.py, which answers with a number. */
  ask(request: Readonly<Record<string, unknown>>): Promise<number>;
  close(): void;
}

/** PyTorch in a process of its own, on one thread; nothing where no Python has it. */
export async function startPyTorch(script: string): Promise<PyTorch | undefined> {
  const { python } = pythonWithTorch();
  if (!python) return undefined;
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("bench/pytorch.py ended without an answer");
    return JSON.parse(value);
  };
  return {
    version: (await ask({ ask: "version" })) as string,
    ask: (request) => ask(request) as Promise<number>,
    close: () => child.stdin.end(),
  };
}
