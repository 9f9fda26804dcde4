import { requireText } from "../../input-error.ts";
import { requireSteps } from "../encode.ts";
import type { Trace } from "../trace.ts";
import { npyPieces, numpyArrays } from "./encode-numpy.ts";
import { encodeZip, type ZipInput } from "./encode-zip.ts";

/**
 * Training steps as the bytes of a .npz file, in pieces. Values are stored, bitmaps deflated. The same steps give the same
 * bytes. Throws `InputError` as `numpyArrays` does.
 */
export const encodeNpz = (file: string, steps: readonly Trace[]): Generator<Uint8Array> =>
  encodeZip(membersOf(file, steps));

function* membersOf(file: string, steps: readonly Trace[]): Generator<ZipInput> {
  requireText("file", file);
  requireSteps(file, steps);
  for (const array of numpyArrays(file, steps))
    yield { name: `${array.name}.npy`, pieces: npyPieces(array), deflate: array.descr === "|b1" };
}
