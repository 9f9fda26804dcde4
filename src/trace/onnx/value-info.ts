import type { FieldTable, WireMessage } from "./wire.ts";

/** A dimension: a size, the name of one that is open, or undefined where the file says nothing. */
export type Dimension = number | string | undefined;

interface Draft {
  name: string;
  shape?: Dimension[];
}

/** Of a ValueInfoProto, and of what lies in it, one in the other: its type, that of a tensor, its shape, a dimension. */
const valueFields: FieldTable<Draft> = {
  1: (value, field, message) => {
    value.name = message.text(field);
  },
  2: (value, field, message) => message.inside(field).read(typeFields, value),
};
const typeFields: FieldTable<Draft> = {
  1: (value, field, message) => message.inside(field).read(tensorTypeFields, value),
};
const tensorTypeFields: FieldTable<Draft> = {
  2: (value, field, message) => {
    value.shape ??= [];
    message.inside(field).read(shapeFields, value.shape);
  },
};
const shapeFields: FieldTable<Dimension[]> = {
  1: (shape, field, message) => {
    shape.push(readDimension(message.inside(field)));
    if (shape.length > 64) throw message.fail(": has more than 64 dimensions");
  },
};

/** The name and dimensions in a ValueInfoProto; no shape where the file does not say even how many there are. */
export const readValueInfo = (message: WireMessage): Readonly<Draft> =>
  message.read(valueFields, { name: "" });

/** What exporters write for any dimension that is open; two of them need not be the same. */
const NO_NAME = /^(|\?|\*|-?\d+|none|null|nan|unk|unknown)$/i;

const dimensionFields: FieldTable<{ extent?: Dimension }> = {
  1: (found, { value }) => {
    found.extent = value;
  },
  2: (found, field, message) => {
    found.extent = message.text(field);
  },
};

function readDimension(message: WireMessage): Dimension {
  const { extent } = message.read(dimensionFields, {});
  if (typeof extent === "number") return Number.isSafeInteger(extent) && extent > 0 ? extent : undefined;
  return extent !== undefined && NO_NAME.test(extent) ? undefined : extent;
}
