import { InputError } from "../../src/input-error.ts";
import type { ByteSource } from "../../src/trace/byte-source.ts";

/** What a worker has and the compiler's list of a page's names has not. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

/** A chosen file as the product's readers take it: a piece at a time, so that a file of any size takes little memory. */
export const fileBytes = (file: File): ByteSource => ({
  name: file.name,
  size: file.size,
  read(offset, length) {
    const bytes = new Uint8Array(pieceOf(file, offset, length));
    if (bytes.length !== length) throw new InputError(`${file.name}: file has changed since it was chosen`);
    return bytes;
  },
});

function pieceOf(file: File, offset: number, length: number): ArrayBuffer {
  try {
    return new FileReaderSync().readAsArrayBuffer(file.slice(offset, offset + length));
  } catch (error) {
    throw new InputError(`${file.name}: cannot be read (${(error as Error).name}); has it changed, or gone?`);
  }
}
