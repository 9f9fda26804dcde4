import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import { type ByteSource, checkSource } from "../byte-source.ts";
import { refuseOtherKinds } from "../file-kind.ts";
import type { TraceFile } from "../swg-trace.ts";
import { readNumpyTrace } from "./numpy-trace.ts";
import { readZip } from "./zip.ts";

/** Whether bytes begin as a zip file does, which a .npz is. */
export const isZip = (source: ByteSource): boolean => {
  const start = source.read(0, Math.min(4, source.size));
  return (
    start[0] === 0x50 && start[1] === 0x4b && (start[2] === 3 || start[2] === 5) && start[3] === start[2] + 1
  );
};

/** Opens a trace that np.savez or np.savez_compressed wrote, whatever holds its bytes. Throws `InputError`. */
export function readNpz(source: ByteSource): TraceFile {
  checkSource(source);
  refuseOtherKinds(source, "zip");
  const arrays = new Map<string, ByteSource>();
  for (const [name, member] of readZip(source)) {
    // a folder has an entry of its own in a zip of files
    if (name.endsWith("/")) continue;
    if (!name.endsWith(".npy"))
      throw new InputError(
        `${source.name}: member ${quoted(name)} must be an array, a name that ends in .npy, as np.savez writes it`,
      );
    arrays.set(name.slice(0, -4), member);
  }
  return readNumpyTrace(source.name, arrays);
}
