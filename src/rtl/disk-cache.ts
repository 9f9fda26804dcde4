import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What `make` makes of `key`, from disk where it was made before. A file appears whole, since it is renamed into its
 * place: processes may use the cache at once, and two that make the same thing leave one. Where the disk cannot be written
 * (packages that another user installed, no room), it is made again each time.
 */
export async function cached(
  name: string,
  key: readonly string[],
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const hash = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32);
  const folder = cacheFolder();
  const path = join(folder, `${hash}-${name}`);
  if (existsSync(path)) return new Uint8Array(readFileSync(path));
  const made = new Uint8Array(await make());
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(unfinished, made);
    renameSync(unfinished, path);
  } catch {
    rmSync(unfinished, { force: true });
  }
  return made;
}

/** In a clone its node_modules/.cache, elsewhere the system's folder for what may be lost. */
function cacheFolder(): string {
  const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
  return existsSync(packages) ? join(packages, ".cache", "swg-rtl") : join(tmpdir(), "swg-rtl");
}
