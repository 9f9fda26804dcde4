import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../src/input-error.ts";
import { cached } from "../../src/rtl/disk-cache.ts";
import { changeBytes } from "./byte-changes.ts";
import { changed, type FuzzedReader } from "./fuzzed-reader.ts";

const circuit = Uint8Array.from({ length: 300 }, (_, i) => (i * i) % 251);

/** What the cache in `folder` gives, and whether it was made for that. */
async function ask(folder: string): Promise<{ given: Uint8Array; made: boolean }> {
  let made = false;
  const make = async () => {
    made = true;
    return circuit;
  };
  return { given: await cached("circuit.wasm", ["key"], make, undefined, folder), made };
}

function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "swg-fuzz-"));
  return use(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
}

/** The name and the bytes of the file that the cache keeps of the circuit. */
const kept: { readonly name: string; readonly bytes: Uint8Array } = await withFolder(async (folder) => {
  await ask(folder);
  const [name] = readdirSync(folder);
  return { name, bytes: new Uint8Array(readFileSync(join(folder, name))) };
});

/** An input is accepted where the kept file is used, which none but the right one may be. */
export const circuits: FuzzedReader = {
  about: "kept circuits",
  // one in eight is sound
  make: (random) =>
    random.below(8) === 0
      ? kept.bytes
      : changed(random, kept.bytes, 6, (bytes) => changeBytes(bytes, random)),
  read: (bytes) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, kept.name), bytes);
      const first = await ask(folder);
      const second = await ask(folder);
      for (const { given } of [first, second])
        if (!Buffer.from(given).equals(circuit)) throw new Error("gives what was never made");
      if (second.made) throw new Error("does not keep what it made");
      if (first.made === Buffer.from(bytes).equals(kept.bytes))
        throw new Error(first.made ? "makes anew what is sound" : "uses a damaged file");
      if (first.made) throw new InputError("made anew");
    }),
};
