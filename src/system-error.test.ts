import { describe, expect, it } from "vitest";
import { computersError } from "./system-error.ts";

const system = (code: string, syscall: string, path?: string): Error =>
  Object.assign(new Error(`${code}: as Node says it, ${syscall}`), {
    code,
    syscall,
    ...(path !== undefined && { path }),
  });
const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

describe("is what the computer lacks said as that?", () => {
  it.each([
    ["EMFILE", "too many files are open; ulimit -n raises how many may be (EMFILE)"],
    ["ENFILE", "too many files are open on this system (ENFILE)"],
    ["ENOSPC", "no space is left on the disk (ENOSPC)"],
    ["EDQUOT", "the disk quota is used up (EDQUOT)"],
    ["EROFS", "the disk is read-only (EROFS)"],
    ["EACCES", "permission denied (EACCES)"],
    ["EISDIR", "is a folder (EISDIR)"],
    ["ENOTDIR", "a part of the path is not a folder (ENOTDIR)"],
    ["ELOOP", "links lead in a circle (ELOOP)"],
    ["ENAMETOOLONG", "the name is too long (ENAMETOOLONG)"],
    ["ENOMEM", "memory ran out (ENOMEM)"],
  ])("%s", (code, meaning) => {
    expect(computersError(system(code, "open", "/a/b"))).toBe(`/a/b: open: ${meaning}`);
  });

  it("a code that is not known stands as the system says it", () => {
    expect(computersError(system("EWEIRD", "read"))).toBe("EWEIRD: as Node says it, read");
  });

  it.each([
    ["an array", () => new Uint8Array(2 ** 47)],
    ["an array longer than any may be", () => new Float64Array(2 ** 52)],
    ["a text", () => "x".repeat(2 ** 30)],
  ])("memory that there is not, for %s", (_, work) => {
    expect(computersError(thrownBy(work))).toMatch(/^memory ran out \(.+\); fewer --threads/);
  });

  it.each([
    "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance",
    "WebAssembly.Memory.grow(): Unable to grow instance memory",
    "WebAssembly.Memory(): could not allocate memory",
  ])("%s", (message) =>
    expect(computersError(new RangeError(message))).toContain(`memory ran out (${message})`),
  );

  it("a thread that ran out of memory, or cannot be started", () => {
    const worker = (code: string) => Object.assign(new Error("as Node says it"), { code });
    expect(computersError(worker("ERR_WORKER_OUT_OF_MEMORY"))).toMatch(/^memory ran out/);
    expect(computersError(worker("ERR_WORKER_INIT_FAILED"))).toMatch(/^a thread cannot be started/);
  });

  it.each([
    ["a negative length", () => new Uint8Array(-1)],
    [
      "recursion without end",
      () =>
        (function again(): number {
          return 1 + again();
        })(),
    ],
    ["a property of nothing", () => (undefined as unknown as { x: number }).x],
    [
      "a text",
      () => {
        throw "text";
      },
    ],
    [
      "nothing",
      () => {
        throw undefined;
      },
    ],
  ])("not what is a bug of ours: %s", (_, work) => {
    expect(computersError(thrownBy(work))).toBeUndefined();
  });
});
