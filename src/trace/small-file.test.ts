import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { fileSource } from "./file-source.ts";
import { readSmallFile } from "./small-file.ts";
import { writeWholeFile } from "./whole-file.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-small-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const pipe = (name: string) => {
  execFileSync("sh", ["-c", 'mkfifo "$0"', at(name)]);
  return at(name);
};

describe("what may stand in the place of a small file?", () => {
  it("a file, up to its most bytes", () => {
    writeFileSync(at("file"), "12345");
    expect(readSmallFile(at("file"), 5).toString()).toBe("12345");
    expect(() => readSmallFile(at("file"), 4)).toThrow("file: file must have at most 4 bytes, has more");
  });

  it("a pipe that someone writes to, however late", () => {
    const path = pipe("written");
    const writer = spawn("sh", ["-c", `exec 3> "$0"; sleep 0.3; echo late >&3`, path]);
    // the shell waits in the opening until someone reads
    while (!/^sh\n/.test(execFileSync("cat", [`/proc/${writer.pid}/comm`]).toString()));
    execFileSync("sleep", ["0.2"]);
    expect(readSmallFile(path, 100).toString()).toBe("late\n");
  });

  it("not a pipe that nobody writes to: it is not waited for", () => {
    expect(() => readSmallFile(pipe("silent"), 100)).toThrow("silent: is a pipe that nobody writes to");
  });

  it.each([
    ["a folder", () => folder, "must be a file or a pipe, is a folder"],
    ["an endless device", () => "/dev/zero", "must be a file or a pipe, is a device"],
    ["a device", () => "/dev/null", "must be a file or a pipe, is a device"],
    ["nothing", () => at("none"), "none: no such file"],
    [
      "a file as a folder",
      () => at("file/x"),
      "cannot be read: a part of the path is not a folder (ENOTDIR)",
    ],
    ["a name of a thousand letters", () => at("x".repeat(1000)), "cannot be read: the name is too long"],
  ])("not %s", (_, path, message) => {
    const read = () => readSmallFile(path(), 100);
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });

  it("not a link to itself", () => {
    symlinkSync(at("circle"), at("circle"));
    expect(() => readSmallFile(at("circle"), 100)).toThrow("links lead in a circle (ELOOP)");
  });

  it("not a socket", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(at("socket"), done));
    expect(() => readSmallFile(at("socket"), 100)).toThrow("is a socket, or a device that is not there");
    expect(() => fileSource(at("socket"))).toThrow("must be a file, is a socket");
    server.close();
  });
});

describe("is anything but a file replaced by a file?", () => {
  it("no: what is there is named, and stays", () => {
    mkdirSync(at("taken"));
    const write = (path: string) => () => writeWholeFile(path, [Uint8Array.of(1)]);
    expect(write(at("taken"))).toThrow("taken: must be a file to be replaced, is a folder");
    expect(write(pipe("kept"))).toThrow("kept: must be a file to be replaced, is a pipe");
    symlinkSync("/dev/null", at("null"));
    expect(write(at("null"))).toThrow("null: must be a file to be replaced, is a device");
  });
});
