import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cached } from "./disk-cache.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swg-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const contents = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
let made = 0;
const circuit = (): Promise<Uint8Array> =>
  cached(
    "circuit.wasm",
    ["key"],
    async () => {
      made++;
      return contents;
    },
    undefined,
    folder,
  );
const fileOf = (): string => join(folder, readdirSync(folder)[0]);
const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

describe("is what a cache gives what was made?", () => {
  it("makes a thing once, and other things of other keys", async () => {
    made = 0;
    expect(await circuit()).toEqual(contents);
    expect(await circuit()).toEqual(contents);
    expect(made).toBe(1);
    const other = await cached("circuit.wasm", ["other"], async () => Uint8Array.of(7), undefined, folder);
    expect([...other]).toEqual([7]);
  });

  const flip = (at: number) => () => {
    const bytes = readFileSync(fileOf());
    bytes[at] ^= 1;
    writeFileSync(fileOf(), bytes);
  };
  const damages: [string, () => void][] = [
    ["a bit of its contents was flipped", flip(4000)],
    ["a bit of its checksum was flipped", flip(3)],
    ["it was cut short", () => truncateSync(fileOf(), 2000)],
    ["it was cut within its checksum", () => truncateSync(fileOf(), 20)],
    ["it is empty", () => truncateSync(fileOf(), 0)],
    ["it is all zeros, as after a crash", () => writeFileSync(fileOf(), new Uint8Array(5032))],
    ["it has no checksum", () => writeFileSync(fileOf(), contents)],
    ["it has more at its end", () => writeFileSync(fileOf(), "more", { flag: "a" })],
  ];
  it.each(damages)("makes it anew where %s", async (_, damage) => {
    await circuit();
    damage();
    made = 0;
    expect(await circuit()).toEqual(contents);
    expect(await circuit()).toEqual(contents);
    expect(made).toBe(1);
  });

  it("makes it each time where a folder has its name", async () => {
    await circuit();
    const path = fileOf();
    rmSync(path);
    mkdirSync(path);
    made = 0;
    expect(await circuit()).toEqual(contents);
    expect(await circuit()).toEqual(contents);
    expect(made).toBe(2);
  });

  it("makes it each time where the disk cannot be written, and says so in one line", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const lines: string[] = [];
    for (let i = 0; i < 2; i++)
      expect(
        await cached(
          "circuit.wasm",
          ["key"],
          async () => contents,
          (line) => lines.push(line),
          join(file, "cache"),
        ),
      ).toEqual(contents);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^cache: .* cannot be written \(ENOTDIR\), so what is made now is made again next time$/,
    );
  });

  it("keeps nothing of what could not be made", async () => {
    const failing = cached("circuit.wasm", ["key"], () => Promise.reject(new Error("no")), undefined, folder);
    await expect(failing).rejects.toThrow("no");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("does a cache stay small?", () => {
  it("removes what killed processes left, and what nobody asked for in two months, when it adds something", async () => {
    const file = (name: string, days: number) => {
      writeFileSync(join(folder, name), "x");
      utimesSync(join(folder, name), daysAgo(days), daysAgo(days));
    };
    file("a-circuit.wasm.123.tmp", 2);
    file("b-circuit.wasm.456.tmp", 0.5);
    file("c-circuit.wasm", 90);
    file("d-circuit.wasm", 30);
    await circuit();
    const left = readdirSync(folder).map((name) => name.slice(0, 2));
    expect(left).toContain("b-");
    expect(left).toContain("d-");
    expect(left).toHaveLength(3);
  });
});

const built = fileURLToPath(new URL("../../dist/rtl/disk-cache.js", import.meta.url));

describe.skipIf(!existsSync(built))("may processes use a cache at once, and be killed?", () => {
  it("each gets the whole thing, whoever else writes it or dies writing it", async () => {
    const script = `
      const { cached } = await import(${JSON.stringify(built)});
      const large = new Uint8Array(1 << 19).fill(5);
      for (let i = 0; i < 4; i++) {
        const got = await cached("large", [String(i % 2)], async () => large, undefined, ${JSON.stringify(folder)});
        if (got.length !== large.length || got.some((byte) => byte !== 5)) process.exit(1);
        for (const name of (await import("node:fs")).readdirSync(${JSON.stringify(folder)}))
          if (name.endsWith("large") && process.argv[1] === "removes")
            (await import("node:fs")).rmSync(${JSON.stringify(folder)} + "/" + name, { force: true });
      }`;
    const run = (kind: string, killedAfter?: number) =>
      new Promise<number | null>((resolve) => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", script, kind]);
        if (killedAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killedAfter);
        child.on("close", resolve);
      });
    const codes = await Promise.all([run("removes"), run("reads"), run("removes", 90), run("reads", 120)]);
    expect(codes.slice(0, 2)).toEqual([0, 0]);
    expect(await run("reads")).toBe(0);
  });
});
