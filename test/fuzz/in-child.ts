import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inputOf, outcomeOf } from "./fuzz.ts";
import { readers } from "./readers.ts";

export interface Finding {
  readonly index: number;
  readonly problem: string;
}

/** What some inputs came to. */
export interface Total {
  readonly accepted: number;
  readonly findings: number;
  readonly seconds: number;
  readonly mib: number;
}

/** What a child says: an input that is a finding, or that it has done all up to `done`. */
type Message = Finding | (Omit<Total, "findings"> & { readonly done: number });

/** Seconds that one input may take on the clock. */
const patience = 60;
/** Inputs of one child: what is never given back does not add up. */
const perChild = 20_000;

/** Fuzzes in a process of its own, which is started anew after one that it did not survive, and after each finding. */
export async function fuzzInChild(
  name: keyof typeof readers,
  count: number,
  seed: number,
  onFinding: (finding: Finding) => void,
): Promise<Total> {
  let total: Total = { accepted: 0, findings: 0, seconds: 0, mib: 0 };
  const folder = mkdtempSync(join(tmpdir(), "swg-fuzz-"));
  try {
    for (let from = 0; from < count; ) {
      const to = Math.min(count, from + perChild);
      const { next, finding, ...piece } = await oneChild([name, seed, from, to], join(folder, "at"));
      if (finding) onFinding(finding);
      total = {
        accepted: total.accepted + piece.accepted,
        findings: total.findings + (finding ? 1 : 0),
        seconds: Math.max(total.seconds, piece.seconds),
        mib: Math.max(total.mib, piece.mib),
      };
      from = next;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return total;
}

interface Piece {
  readonly next: number;
  readonly finding?: Finding;
  readonly accepted: number;
  readonly seconds: number;
  readonly mib: number;
}

function oneChild(task: readonly (string | number)[], atFile: string): Promise<Piece> {
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  closeSync(openSync(atFile, "w"));
  const child: ChildProcess = fork(main, ["--child", ...task.map(String), atFile]);
  const to = Number(task[3]);
  let piece: Piece = { next: to, accepted: 0, seconds: 0, mib: 0 };
  let ended = false;
  return new Promise((resolve) => {
    let seen = "";
    // an input that never ends is seen by the number that stays
    const watch = setInterval(() => {
      const at = readFileSync(atFile, "utf8");
      if (at === seen && at !== "") child.kill("SIGKILL");
      seen = at;
    }, patience * 1000);
    child.on("message", (message: Message) => {
      if ("problem" in message) piece = { ...piece, next: message.index + 1, finding: message };
      else {
        const { done, ...rest } = message;
        piece = { ...piece, ...rest };
        ended = done === to;
      }
    });
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      if (!ended && !piece.finding) {
        const index = Number(readFileSync(atFile, "utf8"));
        const problem = `the process ends (${signal ?? `exit code ${code}`})`;
        piece = { ...piece, next: index + 1, finding: { index, problem } };
      }
      resolve(piece);
    });
  });
}

/** Fuzzes in this process, which the parent started for it, up to the first finding. */
export async function runAsChild([name, seed, from, to, atFile]: readonly string[]): Promise<void> {
  const reader = readers[name as keyof typeof readers];
  const at = openSync(atFile, "w");
  const say = (message: Message) => new Promise((sent) => process.send!(message, sent));
  let total = { accepted: 0, seconds: 0, mib: 0 };
  for (let index = Number(from); index < Number(to); index++) {
    writeSync(at, String(index).padEnd(12), 0);
    const input = inputOf(reader, Number(seed), index);
    const { accepted, seconds, mib, problem } = await outcomeOf(reader, input);
    total = {
      accepted: total.accepted + (accepted ? 1 : 0),
      seconds: Math.max(total.seconds, problem ? 0 : seconds),
      mib: Math.max(total.mib, problem ? 0 : mib),
    };
    if (problem === undefined) continue;
    await say({ ...total, done: index });
    await say({ index, problem });
    process.exit();
  }
  await say({ ...total, done: Number(to) });
  process.exit();
}
