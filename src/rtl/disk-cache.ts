import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What `make` makes of `key`, from disk where it was made before. A file appears whole, since it is renamed into its
 * place: processes may use the cache at once, and two that make the same thing leave one.
 */
export async function cached(
  name: string,
  key: readonly string[],
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const hash = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32);
  const folder = cacheFolder();
  const path = join(folder, `${hash}-${name}`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${path}.${process.pid}.tmp`;
    writeFileSync(unfinished, await make());
    renameSync(unfinished, path);
  }
  return new Uint8Array(readFileSync(path));
}

/** In a clone its node_modules/.cache, elsewhere the system's folder for what may be lost. */
function cacheFolder(): string {
  const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
  return existsSync(packages) ? join(packages, ".cache", "swg-rtl") : join(tmpdir(), "swg-rtl");
}
