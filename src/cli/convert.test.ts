import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { openTrace, writeTrace } from "../trace/file.ts";
import { linear } from "../workload/layer.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-convert-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const done = async (line: string) =>
  expect(await swg(`convert ${line}`)).toEqual({
    code: 0,
    out: "",
    err: expect.stringMatching(/^wrote [^\n]+: \d+ steps? of [^\n]+ layers?\n$/),
  });

describe("does a trace come through every format?", () => {
  it("safetensors, .npz, a folder, and back to the same bytes", async () => {
    await done(`${tinyTrace} ${at("a.npz")}`);
    await done(`${at("a.npz")} ${at("arrays")}`);
    await done(`${at("arrays")} ${at("a.safetensors")}`);
    expect(readFileSync(at("a.safetensors")).equals(readFileSync(tinyTrace))).toBe(true);
    expect(await swg(`verify --trace ${at("arrays")}`)).toMatchObject({ code: 0 });
    expect((await swg(`run --trace ${at("a.npz")} --layers fc --format csv`)).out).toBe(
      (await swg(`run --trace ${tinyTrace} --layers fc --format csv`)).out,
    );
  });

  it("bitmaps only: a sixteenth of the values, the same cycles, nothing to verify", async () => {
    await done(`${tinyTrace} ${at("bits.npz")} --bitmaps-only`);
    await done(`${at("bits.npz")} ${at("bits.safetensors")}`);
    expect(openTrace(at("bits.safetensors")).contents("conv3")).toEqual({
      fmap: "bits",
      emap: "bits",
      mask: true,
    });
    const cycles = async (path: string) => (await swg(`run --trace ${path} --layers conv3 --format csv`)).out;
    expect(await cycles(at("bits.npz"))).toBe(await cycles(tinyTrace));
  });
});

describe("what becomes of what is there already?", () => {
  it("a file stays, unless --force", async () => {
    writeFileSync(at("kept.npz"), "mine");
    expect(await swg(`convert ${tinyTrace} ${at("kept.npz")}`)).toMatchObject({ code: 1 });
    expect(readFileSync(at("kept.npz"), "utf8")).toBe("mine");
    await done(`${tinyTrace} ${at("kept.npz")} --force`);
    expect(openTrace(at("kept.npz")).layers).toHaveLength(5);
  });

  it("a folder of arrays is replaced as a whole with --force, one that holds more is not", async () => {
    mkdirSync(at("old"));
    writeFileSync(at("old/x.npy"), "");
    await done(`${tinyTrace} ${at("old")} --force`);
    expect(existsSync(at("old/x.npy"))).toBe(false);
    writeFileSync(at("old/thesis.txt"), "");
    const { code, err } = await swg(`convert ${tinyTrace} ${at("old")} --force`);
    expect([code, err]).toEqual([
      1,
      `error: ${at("old")}: folder holds more than .npy files (thesis.txt), and is not replaced\n`,
    ]);
    expect(existsSync(at("old/thesis.txt"))).toBe(true);
  });

  it("a trace that turns out damaged leaves nothing", async () => {
    const bytes = readFileSync(tinyTrace);
    bytes.fill(0xff, bytes.length - 8);
    writeFileSync(at("damaged.safetensors"), bytes);
    const before = readdirSync(folder);
    for (const out of ["b.npz", "b.safetensors", "b"])
      expect(await swg(`convert ${at("damaged.safetensors")} ${at(out)}`)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^error: .*fc.weight_gradient.*must be finite.*\n$/),
      });
    expect(readdirSync(folder)).toEqual(before);
  });

  it("a name that turns the direction of writing becomes no file's", async () => {
    const layer = linear("gpj.\u202eexe", 1, 1, 1);
    const [fmap, emap] = [Float32Array.of(1), Float32Array.of(1)];
    writeTrace(at("turned.safetensors"), { network: "n", dataset: "d", step: 0, batch: 1 }, [
      { layer, fmap, emap },
    ]);
    const { code, err } = await swg(`convert ${at("turned.safetensors")} ${at("turned")}`);
    expect([code, err]).toEqual([
      1,
      `error: ${at("turned")}: array "gpj.\\u202eexe.fmap": name must be printable, to be a file's; FILE.npz takes it\n`,
    ]);
    expect(existsSync(at("turned"))).toBe(false);
    await done(`${at("turned.safetensors")} ${at("turned.npz")}`);
  });

  it("a pipe or a device is not replaced, even with --force", async () => {
    symlinkSync("/dev/null", at("null"));
    symlinkSync("/dev/null", at("null.npz"));
    for (const [out, wanted] of [
      ["null", "folder"],
      ["null.npz", "file"],
    ]) {
      const { code, err } = await swg(`convert ${tinyTrace} ${at(out)} --force`);
      expect([code, err]).toEqual([
        1,
        `error: ${at(out)}: must be a ${wanted} to be replaced, is a device\n`,
      ]);
    }
  });

  it("a place that cannot be written: one line", async () => {
    const { code, err } = await swg(`convert ${tinyTrace} ${at("none/x.npz")}`);
    expect([code, err]).toEqual([
      1,
      `error: ${at("none/x.npz")}: cannot be written: no such file or folder (ENOENT)\n`,
    ]);
  });
});
