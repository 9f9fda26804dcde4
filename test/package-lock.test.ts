import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface Entry {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  /** a workspace, which is resolved to its folder */
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const packages = Object.entries<Entry>(lock.packages);

// after a change of dependencies: node scripts/complete-lock.mjs
it("npm ci works on every platform: the lock file has every optional package", () => {
  const missing = packages.flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${place}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

it("npm ci works with every registry: the lock file names none", () => {
  expect(
    packages.filter(([, { resolved, link }]) => (link ? !resolved : resolved)).map(([place]) => place),
  ).toEqual([]);
});

it("npm ci takes nothing but what was locked: every package has the hash of its bytes", () => {
  const without = packages.filter(
    ([place, { link, integrity }]) => /node_modules\//.test(place) && !link && !integrity,
  );
  expect(without.map(([place]) => place)).toEqual([]);
});
