import { quoted } from "../bounded-json.ts";

/**
 * f: IEEE 754, i and u: integers, b: one byte, True or False, V: bfloat16, U: text of that many UTF-32 characters, S: text of
 * that many bytes.
 */
const KINDS = { f: [2, 4, 8], i: [1, 2, 4, 8], u: [1, 2, 4, 8], b: [1], V: [2] } as const;
const knownDtypes = "f2, f4, f8, bfloat16, i1 to i8, u1 to u8, b1 and text (U, S)";

export interface Dtype {
  readonly kind: keyof typeof KINDS | "U" | "S";
  readonly itemBytes: number;
  readonly bigEndian: boolean;
}

/** What NumPy can save and this reader does not take, by the beginning of its `descr`. */
const others: readonly [RegExp, string][] = [
  [/^O/, "dtype is object: pickled Python objects are not read; save plain arrays"],
  [/^(c\d|W4$)/, "dtype is complex: complex numbers are not read; save the real ones"],
  [/^[Mm]8/, "dtype is of dates or times, which are not read"],
  [/^f(12|16)$/, "dtype is longdouble, which differs between machines; save it as f8"],
  [
    /^(f1|V1)$/,
    "dtype is float8 or another of ml_dtypes of one byte, and the file does not say which; save it as f4, .astype(np.float32)",
  ],
  [/^V\d/, "dtype is raw bytes (void); save each field as a plain array"],
  [/^T/, "dtype is of strings of any length; save text as U, .astype(str)"],
];

/**
 * A dtype as the header of a .npy file writes it. ml_dtypes' bfloat16 is "<V2" there, two bytes without a meaning of
 * their own, which nothing else in a trace has. Gives the rule that is broken instead for any other.
 */
export function parseDtype(descr: string): Dtype | string {
  const [, order, name] = /^([|<>=]?)(.*)$/s.exec(descr)!;
  const short = name === "bfloat16" ? "V2" : name;
  const [, kind, digits] = /^([fiubVUS])(0|[1-9]\d{0,8})$/.exec(short) ?? [];
  const size = Number(digits);
  const bigEndian = order === ">";
  if (kind === "U" || kind === "S") return { kind, itemBytes: kind === "U" ? 4 * size : size, bigEndian };
  if (kind && (KINDS[kind as keyof typeof KINDS] as readonly number[]).includes(size))
    return { kind: kind as keyof typeof KINDS, itemBytes: size, bigEndian };
  const other = others.find(([pattern]) => pattern.test(short));
  return other ? `${other[1]} (${quoted(descr)})` : `unknown dtype ${quoted(descr)}; known: ${knownDtypes}`;
}

/** "f4", "b1", "bfloat16" */
export function dtypeName({ kind, itemBytes }: Pick<Dtype, "kind" | "itemBytes">): string {
  if (kind === "V") return "bfloat16";
  return `${kind}${kind === "U" ? itemBytes / 4 : itemBytes}`;
}
