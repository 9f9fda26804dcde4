import { afterEach, describe, expect, it, vi } from "vitest";
import { EngineMemory, type MemoryExports, type RecordValues } from "./engine-memory.ts";
import { placesOf } from "./layout.ts";

afterEach(() => {
  vi.doUnmock("./layout.ts");
  vi.resetModules();
});

describe("do host and engine agree on where things lie?", () => {
  it("an engine that was compiled for another layout is refused", async () => {
    const layout = await import("./layout.ts");
    vi.resetModules();
    vi.doMock("./layout.ts", () => ({ ...layout, layoutNumber: layout.layoutNumber + 1 }));
    const { Engine } = await import("./engine.ts");
    expect(() => new Engine()).toThrow(/compiled for another layout/);
  });

  it("a field begins at a multiple of its width; a list is an address", () => {
    const { offsets, bytes } = placesOf({ a: "bool", b: "i32", c: "u8[]", d: "bool", e: "f64", f: "u16" });
    expect(offsets).toEqual({ a: 0, b: 4, c: 8, d: 12, e: 16, f: 24 });
    expect(bytes).toBe(26);
  });
});

describe("does the host read what it wrote, after memory has grown too?", () => {
  const memory = { buffer: new ArrayBuffer(4096) };
  let top = 2048;
  const exports: MemoryExports = {
    memory,
    placeOf: (record) => 128 * record,
    alloc(bytes) {
      const at = top;
      top += Number(bytes);
      return at;
    },
  };
  const engine = new EngineMemory(exports);
  const flags = engine.newList("FlagRows", "flags", [1, 0, 1]);
  const values: RecordValues<"FlagRows"> = { flags, first: -1, rows: 2 ** 31 - 1 };
  engine.write("FlagRows", values);

  it.each([4096, 8192])("%d bytes", (bytes) => {
    const grown = new Uint8Array(bytes);
    grown.set(new Uint8Array(memory.buffer));
    memory.buffer = grown.buffer;
    expect(engine.read("FlagRows")).toEqual(values);
    expect([...engine.list("FlagRows", "flags", 3)]).toEqual([1, 0, 1]);
    engine.write("FlagRows", { ...values, first: 5 });
    expect(engine.read("FlagRows").first).toBe(5);
    engine.write("FlagRows", values);
  });
});
