import { isRecord, quoted } from "../../src/input-error.ts";
import { printable } from "../../src/report/format.ts";
import { unprintable } from "../../src/unprintable.ts";

/** What our schemas are written in, a small part of JSON Schema; a schema that says more is refused by the test. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** of properties that are not named; false: there may be none */
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** The first thing in a JSON value that is not as a schema says, in a line that begins with where it is; undefined where all is. */
export function problemIn(value: unknown, schema: Schema): string | undefined {
  const definitions = schema.definitions ?? {};
  return problemAt("", value, schema, definitions);
}

type Definitions = NonNullable<Schema["definitions"]>;

function problemAt(path: string, value: unknown, schema: Schema, known: Definitions): string | undefined {
  const { $ref } = schema;
  if ($ref !== undefined) return problemAt(path, value, known[$ref.replace("#/definitions/", "")], known);
  const where = path === "" ? "it" : printable(path.slice(1));
  if ("const" in schema && value !== schema.const)
    return `${where} must be ${quoted(schema.const)}, is ${quoted(value)}`;
  if (schema.enum && !schema.enum.includes(value))
    return `${where} must be one of ${schema.enum.join(", ")}, is ${quoted(value)}`;
  const types = [schema.type ?? []].flat();
  const type = typeOf(value);
  if (types.length > 0 && !types.includes(type))
    return `${where} must be ${types.join(" or ")}, is ${quoted(value)}`;
  if (typeof value === "string" && value.search(unprintable) >= 0)
    return `${where} must have characters that can be seen, is ${printable(quoted(value))}`;
  if (Array.isArray(value)) return problemInList(path, where, value, schema, known);
  return isRecord(value) ? problemInObject(path, where, value, schema, known) : undefined;
}

function problemInList(
  path: string,
  where: string,
  value: readonly unknown[],
  { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY }: Schema,
  known: Definitions,
): string | undefined {
  if (value.length < minItems || value.length > maxItems)
    return `${where} must have ${minItems} to ${maxItems} items, has ${value.length}`;
  for (const [i, item] of value.entries()) {
    const schema = Array.isArray(items) ? items[i] : items;
    const problem = schema && problemAt(`${path}.${i}`, item, schema, known);
    if (problem) return problem;
  }
  return undefined;
}

function problemInObject(
  path: string,
  where: string,
  value: Readonly<Record<string, unknown>>,
  { properties = {}, required = [], additionalProperties = true }: Schema,
  known: Definitions,
): string | undefined {
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `${where} must have ${missing}, has none`;
  for (const [name, inner] of Object.entries(value)) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (schema === false || name.search(unprintable) >= 0)
      return `${where} must have ${Object.keys(properties).join(", ") || "names that can be seen"}, has ${printable(quoted(name))}`;
    const problem = schema !== true && problemAt(`${path}.${name}`, inner, schema, known);
    if (problem) return problem;
  }
  return undefined;
}

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
