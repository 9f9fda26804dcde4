import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { openTrace } from "../../src/trace/file.ts";
import { verifyLayer } from "../../src/training/verify.ts";
import { writeTinyTrace } from "./tiny-trace.ts";

const committed = fileURLToPath(new URL("tiny.safetensors", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "swg-tiny-"));
afterAll(() => rmSync(folder, { recursive: true }));

if (process.env.SWG_REMAKE_TEST_DATA) writeTinyTrace(committed);

describe("is the committed trace what the project's own training makes?", () => {
  it("remaking it gives the same bytes", () => {
    const remade = join(folder, "tiny.safetensors");
    writeTinyTrace(remade);
    expect(readFileSync(remade).equals(readFileSync(committed))).toBe(true);
  });

  it("its gradients verify, one of them masked", () => {
    const trace = openTrace(committed);
    const layers = trace.layers.map(({ name }) => trace.read(name));
    for (const layer of layers) expect(verifyLayer(layer)).toMatchObject({ ok: true });
    expect(layers.filter(({ mask }) => mask).map(({ layer }) => layer.name)).toEqual(["conv3"]);
  });
});
