import {
  elementOf,
  type Field,
  type Fields,
  isList,
  placesOf,
  type RecordName,
  records,
  type Width,
  widths,
} from "./layout.ts";

/** What the compiled engine says of its memory; addresses are places in it. */
export interface MemoryExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  alloc(bytes: bigint): number;
  /** where a record lies, by its number among `records` */
  placeOf(record: number): number;
}

type FieldsOf<R extends RecordName> = (typeof records)[R];
/** What the fields of a record are set to; a list to its address. */
export type RecordValues<R extends RecordName> = {
  readonly [F in keyof FieldsOf<R>]: FieldsOf<R>[F] extends "bool" ? boolean : number;
};
type ListName<R extends RecordName> = {
  [F in keyof FieldsOf<R>]: FieldsOf<R>[F] extends `${string}[]` ? F : never;
}[keyof FieldsOf<R>] &
  string;

const arrays = { u8: Uint8Array, u16: Uint16Array, i32: Int32Array, f64: Float64Array } as const;
type Element<R extends RecordName, F extends ListName<R>> = FieldsOf<R>[F] extends `${infer E}[]` ? E : never;
/** Elements of a list, where they lie; to be copied before the engine does anything more. */
type ListView<R extends RecordName, F extends ListName<R>> = InstanceType<
  (typeof arrays)[Element<R, F> & keyof typeof arrays]
>;

/** A field, where it begins in its record, and how wide it is. */
interface Place {
  readonly name: string;
  readonly at: number;
  readonly width: Width;
}

const widthOf = (field: Field): Width => (isList(field) ? "address" : (field as Width));

function placesOfRecord(fields: Fields): Place[] {
  const { offsets } = placesOf(fields);
  return Object.entries(fields).map(([name, field]) => ({ name, at: offsets[name], width: widthOf(field) }));
}

const names = Object.keys(records) as RecordName[];
/** [record] */
const places: Readonly<Record<string, readonly Place[]>> = Object.fromEntries(
  names.map((name) => [name, placesOfRecord(records[name])]),
);

/** The engine's memory as the host sees it: records by the names of their fields, as `layout.ts` declares them. */
export class EngineMemory {
  private readonly exports: MemoryExports;
  /** [record] its address */
  private readonly addresses: Readonly<Record<string, number>>;
  private all = new DataView(new ArrayBuffer(0));

  constructor(exports: MemoryExports) {
    this.exports = exports;
    this.addresses = Object.fromEntries(names.map((name, i) => [name, address(exports.placeOf(i))]));
  }

  get bytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  /** The address of `bytes` bytes with anything in them. */
  alloc(bytes: number): number {
    return address(this.exports.alloc(BigInt(bytes)));
  }

  write<R extends RecordName>(record: R, values: RecordValues<R>): void {
    const view = this.view();
    const start = this.addresses[record];
    for (const { name, at, width } of places[record]) {
      const value = Number(values[name as keyof RecordValues<R>]);
      if (width === "f64") view.setFloat64(start + at, value, true);
      else if (widths[width] === 4) view.setInt32(start + at, value, true);
      else view.setUint8(start + at, value);
    }
  }

  read<R extends RecordName>(record: R): Readonly<Record<keyof FieldsOf<R>, number>> {
    const view = this.view();
    const start = this.addresses[record];
    const values = places[record].map(({ name, at, width }): [string, number] => {
      if (width === "f64") return [name, view.getFloat64(start + at, true)];
      if (width === "i32") return [name, view.getInt32(start + at, true)];
      if (width === "address") return [name, view.getUint32(start + at, true)];
      return [name, view.getUint8(start + at)];
    });
    return Object.fromEntries(values) as Record<keyof FieldsOf<R>, number>;
  }

  /** All of the memory; another one after it has grown. */
  private view(): DataView {
    const { buffer } = this.exports.memory;
    if (this.all.buffer !== buffer) this.all = new DataView(buffer);
    return this.all;
  }

  /** The first `count` elements of a list that a record has the address of. */
  list<R extends RecordName, F extends ListName<R>>(record: R, field: F, count: number): ListView<R, F> {
    const { at } = places[record].find(({ name }) => name === field)!;
    return this.elements(record, field, this.view().getUint32(this.addresses[record] + at, true), count);
  }

  /** The address of a new list for a field, with these elements. */
  newList<R extends RecordName, F extends ListName<R>>(
    record: R,
    field: F,
    elements: ArrayLike<number>,
  ): number {
    const width = elementOf((records[record] as Fields)[field]);
    const at = this.alloc(elements.length * widths[width]);
    this.elements(record, field, at, elements.length).set(elements);
    return at;
  }

  private elements<R extends RecordName, F extends ListName<R>>(
    record: R,
    field: F,
    at: number,
    count: number,
  ): ListView<R, F> {
    const Elements = arrays[elementOf((records[record] as Fields)[field]) as keyof typeof arrays];
    return new Elements(this.exports.memory.buffer, at, count) as ListView<R, F>;
  }
}

/** An address as it comes from WebAssembly, whose numbers have a sign. */
const address = (at: number): number => at >>> 0;
