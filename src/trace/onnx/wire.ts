import { InputError } from "../../input-error.ts";
import type { ByteSource } from "../byte-source.ts";

const WINDOW_BYTES = 2 ** 16;
/** A longer text, or a longer packed list, is refused. */
const LONGEST_BYTES = 2 ** 16;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Bytes of a field, by its wire type, of those that always have as many. */
const FIXED_BYTES: Readonly<Record<number, number | undefined>> = { 1: 8, 5: 4 };

/** A field of a protobuf message. What it holds stays in the file until it is asked for. */
export interface WireField {
  readonly number: number;
  /** 0: varint, 1: eight bytes, 2: bytes, text, a message or a packed list, 5: four bytes */
  readonly wire: number;
  /** Of a varint, as a signed 64-bit number, rounded above 2^53; else 0. */
  readonly value: number;
  /** What the field holds: from here */
  readonly begin: number;
  /** up to here. */
  readonly end: number;
}

type Place = Pick<WireField, "begin" | "end">;

/**
 * Reads protobuf's wire format a window at a time, so that a file's weights are passed over without being loaded.
 * Throws `InputError` for what is no such message. Source: protobuf.dev, Encoding.
 */
export class WireReader {
  private readonly source: ByteSource;
  private window: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private windowStart = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** The fields of the message that lies from `begin` to `end`. `what`: its name, for messages. */
  *fields(what: string, { begin, end }: Place): Generator<WireField> {
    for (let at = begin; at < end; ) {
      const field = this.fieldAt(what, at, end);
      yield field;
      at = field.end;
    }
  }

  /** The text of a field; control characters and all. */
  text(what: string, field: WireField): string {
    this.checkLength(what, field, LONGEST_BYTES);
    const length = field.end - field.begin;
    if (length === 0) return "";
    // no copy is made: a file may have a hundred thousand texts, and each copy would be an ArrayBuffer of its own
    const from = this.inWindow(field.begin, length);
    try {
      return decoder.decode(this.window.subarray(from, from + length));
    } catch {
      throw this.fail(`${what}: a text is not UTF-8`);
    }
  }

  /** The integers of a repeated field, packed or one by one. */
  integers(what: string, field: WireField, most = LONGEST_BYTES): number[] {
    if (field.wire === 0) return [field.value];
    this.checkLength(what, field, most);
    const values: number[] = [];
    for (let at = field.begin; at < field.end; ) {
      const { value, end } = this.varint(what, at, field.end);
      values.push(value);
      at = end;
    }
    return values;
  }

  /** The numbers of a field of float32 or float64, packed or one by one. */
  floats(what: string, field: WireField, width: 4 | 8): number[] {
    const bytes = this.bytes(what, field, LONGEST_BYTES);
    const view = new DataView(bytes.buffer);
    return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) =>
      width === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
    );
  }

  bytes(what: string, field: WireField, most: number): Uint8Array<ArrayBuffer> {
    this.checkLength(what, field, most);
    const length = field.end - field.begin;
    if (length > WINDOW_BYTES) return this.source.read(field.begin, length);
    const from = this.inWindow(field.begin, length);
    return this.window.slice(from, from + length);
  }

  fail(rule: string): InputError {
    return new InputError(`${this.source.name}: ${rule}`);
  }

  private fieldAt(what: string, at: number, end: number): WireField {
    const tag = this.varint(what, at, end);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value & 7;
    if (number < 1 || number >= 2 ** 29) throw this.damaged(what, at);
    if (wire === 0) {
      const { value, end: next } = this.varint(what, tag.end, end);
      return { number, wire, value, begin: tag.end, end: next };
    }
    const length = wire === 2 ? this.varint(what, tag.end, end) : { value: FIXED_BYTES[wire], end: tag.end };
    if (length.value === undefined) throw this.damaged(what, at);
    const next = length.end + length.value;
    if (length.value < 0 || next > end)
      throw this.fail(`${what} ends at byte ${end}, in the middle of a field; is the file cut?`);
    return { number, wire, value: 0, begin: length.end, end: next };
  }

  private checkLength(what: string, field: WireField, most: number): void {
    if (field.wire === 0) throw this.fail(`${what}: field ${field.number} must not be a number`);
    const length = field.end - field.begin;
    if (length > most)
      throw this.fail(`${what}: field ${field.number} has ${length} bytes; at most ${most} are read`);
  }

  private varint(what: string, begin: number, end: number): { value: number; end: number } {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10 && begin + i < end; i++) {
      const byte = this.byte(begin + i);
      const bits = byte & 127;
      if (i < 4) low += bits * 2 ** (7 * i);
      else if (i === 4) {
        low += (bits & 15) * 2 ** 28;
        high = bits >> 4;
      } else high += bits * 2 ** (7 * i - 32);
      if (byte < 128) return { value: ((high % 2 ** 32) | 0) * 2 ** 32 + low, end: begin + i + 1 };
    }
    throw this.damaged(what, begin);
  }

  private byte(at: number): number {
    const from = this.inWindow(at, 1);
    return this.window[from];
  }

  /** Where in the window the bytes from `at` lie, once they do. */
  private inWindow(at: number, length: number): number {
    const inside = at - this.windowStart;
    if (inside >= 0 && inside + length <= this.window.length) return inside;
    this.window = this.source.read(at, Math.min(WINDOW_BYTES, this.source.size - at));
    this.windowStart = at;
    return 0;
  }

  private damaged(what: string, at: number): InputError {
    return this.fail(`${what} is no protobuf message at byte ${at}; is it an ONNX file?`);
  }
}

/** What is done with a field of each number, where `found` is what was read of its message so far. */
export type FieldTable<Found> = Readonly<
  Record<number, (found: Found, field: WireField, message: WireMessage) => void>
>;

/** A message in the file, by the name that it has in messages about it. All that reads throws `InputError`. */
export class WireMessage {
  readonly what: string;
  private readonly reader: WireReader;
  private readonly place: Place;

  constructor(reader: WireReader, what: string, place: Place) {
    this.reader = reader;
    this.what = what;
    this.place = place;
  }

  /**
   * Goes through the fields in the order of the file. Those that the table does not name are passed over. `check` is called
   * after each, for limits.
   */
  read<Found>(
    table: FieldTable<Found>,
    found: NoInfer<Found>,
    check?: (found: Found, message: this) => void,
  ): Found {
    for (const field of this.reader.fields(this.what, this.place)) {
      table[field.number]?.(found, field, this);
      check?.(found, this);
    }
    return found;
  }

  text(field: WireField): string {
    return this.reader.text(this.what, field);
  }

  integers(field: WireField, most?: number): number[] {
    return this.reader.integers(this.what, field, most);
  }

  floats(field: WireField, width: 4 | 8): number[] {
    return this.reader.floats(this.what, field, width);
  }

  bytes(field: WireField, most: number): Uint8Array<ArrayBuffer> {
    return this.reader.bytes(this.what, field, most);
  }

  /** The message that a field must hold. */
  inside(field: WireField, what = this.what): WireMessage {
    if (field.wire !== 2) throw this.fail(`: field ${field.number} must be a message; is it an ONNX file?`);
    return new WireMessage(this.reader, what, field);
  }

  /** The same message by another name. */
  named(what: string): WireMessage {
    return new WireMessage(this.reader, what, this.place);
  }

  /** `rule`: what follows the message's name. */
  fail(rule: string): InputError {
    return this.reader.fail(`${this.what}${rule}`);
  }
}
