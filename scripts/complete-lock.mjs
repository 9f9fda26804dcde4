// Completes package-lock.json after a dependency was added or changed: node scripts/complete-lock.mjs
//
// `npm ci` refuses a lock file that lacks an optional package of any platform, on every platform. npm leaves such a
// package out when the registry in use does not have it. Its version is known all the same, since its parent asks for
// exactly one, and its platform stands in its name. What its bytes hash to is asked of the registry; one that has it not leaves a
// line here and no hash there. Addresses of registries are removed, so that any can be used.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

/** What a name such as `@scope/binding-linux-arm64-musl` says of its platform. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => processors.includes(word));
  if (!os || !cpu) throw new Error(`platform of ${name} is not known`);
  const libc = words.includes("musl") ? "musl" : os === "linux" && cpu !== "arm" ? "glibc" : undefined;
  return { cpu: [cpu], ...(libc && { libc: [libc] }), os: [os] };
}

/** The hash that the registry gives for a package; nothing where it does not have it. */
function integrityOf(name, version) {
  const { status, stdout } = spawnSync("npm", ["view", `${name}@${version}`, "dist.integrity"], {
    encoding: "utf8",
  });
  const hash = status === 0 ? stdout.trim() : "";
  if (!hash) console.log(`no hash of ${name} ${version}: the registry does not have it`);
  return hash || undefined;
}

const packages = { ...lock.packages };
for (const [place, entry] of Object.entries(lock.packages)) {
  // of a workspace it is the folder
  if (!entry.link) delete entry.resolved;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (packages[`node_modules/${name}`] || packages[`${place}/node_modules/${name}`]) continue;
    const { cpu, ...rest } = platformOf(name);
    packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...(entry.dev && { dev: true }),
      optional: true,
      ...rest,
    };
    console.log(`added ${name} ${version}`);
  }
}
for (const [place, { version, ...rest }] of Object.entries(packages)) {
  if (!rest.optional || rest.link || rest.integrity) continue;
  const integrity = integrityOf(place.replace(/^.*node_modules\//, ""), version);
  if (integrity) packages[place] = { version, integrity, ...rest };
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
