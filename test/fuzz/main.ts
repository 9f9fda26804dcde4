import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inputOf, limits } from "./fuzz.ts";
import { fuzzInChild, runAsChild } from "./in-child.ts";
import { readers } from "./readers.ts";

const folder = "out/fuzz-findings";
const usage = `npm run fuzz -- READER COUNT [SEED]

Reads COUNT inputs that are nearly right, each drawn from SEED (1 unless given) and its number. A finding is an input that
brings down the reader, or what uses what it accepted, in another way than one line of an InputError; or that takes more
than ${limits.seconds} s of the processor, or ${limits.mib} MiB above the idle process. It is written into ${folder}.

READER: all, or one of
${Object.entries(readers)
  .map(([name, { about }]) => `  ${name.padEnd(14)}${about}`)
  .join("\n")}
`;

async function fuzz(name: keyof typeof readers, count: number, seed: number): Promise<number> {
  const started = Date.now();
  const total = await fuzzInChild(name, count, seed, ({ index, problem }) => {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}-${seed}-${index}`);
    writeFileSync(path, inputOf(readers[name], seed, index));
    console.log(`${name}, seed ${seed}, input ${index}: ${problem}\n  is in ${path}`);
  });
  const minutes = (Date.now() - started) / 60_000;
  console.log(
    `${name}: ${count} inputs of seed ${seed} in ${minutes.toFixed(1)} min: ${total.accepted} accepted ` +
      `(${Math.round((100 * total.accepted) / Math.max(1, count))} %), ` +
      `${total.findings} findings; at most ${total.seconds.toFixed(2)} s and ${Math.round(total.mib)} MiB`,
  );
  return total.findings;
}

const [name = "", count = "", seed = "1"] = process.argv.slice(2);
if (name === "--child") await runAsChild(process.argv.slice(3));
else if (
  (name !== "all" && !Object.hasOwn(readers, name)) ||
  !/^\d+$/.test(count) ||
  !/^\d{1,6}$/.test(seed)
) {
  console.error(usage);
  process.exitCode = 1;
} else {
  const names = name === "all" ? Object.keys(readers) : [name];
  let findings = 0;
  for (const each of names) findings += await fuzz(each as keyof typeof readers, Number(count), Number(seed));
  process.exitCode = findings > 0 ? 1 : 0;
}
