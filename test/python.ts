import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A Python that has a module: SWG_PYTHON, else python3, else Debian's own /usr/bin/python3. Where there is none, why. */
export function pythonWith(module: string): { python?: string; reason?: string } {
  const test = `import importlib.util, sys; sys.exit(importlib.util.find_spec('${module}') is None)`;
  const candidates = process.env.SWG_PYTHON ? [process.env.SWG_PYTHON] : ["python3", "/usr/bin/python3"];
  const python = candidates.find((name) => spawnSync(name, ["-c", test]).status === 0);
  return python ? { python } : { reason: `no ${module} in ${candidates.join(", ")}` };
}

export const pythonWithTorch = () => pythonWith("torch");

/** Runs Python in `folder` of the repository, and leaves no compiled files there. `environment` is added. */
export const runPython = (
  python: string,
  words: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
) =>
  spawnSync(python, words, {
    cwd: `${root}${folder}`,
    encoding: "utf8",
    env: { ...process.env, ...environment, PYTHONDONTWRITEBYTECODE: "1" },
  });
