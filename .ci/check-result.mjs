// Reads what `swg run --format json` printed and holds it to the rules that every run must keep.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const result = JSON.parse(readFileSync(process.argv[2], "utf8"));
assert.equal(result.schemaVersion, 1);
assert.ok(result.layers.length > 0, "no layers");

const isSound = (value) =>
  typeof value === "object"
    ? value !== null && Object.values(value).every(isSound)
    : typeof value !== "number" || Number.isFinite(value);
assert.ok(isSound(result), "a field is null or not finite");

for (const { name, validMacs, results } of result.layers)
  for (const [machine, { cycles, macs, macUtilization, breakdown }] of Object.entries(results)) {
    const where = `${name} on ${machine}`;
    const accounted = Object.values(breakdown).reduce((sum, n) => sum + n, 0);
    assert.equal(accounted, macs * cycles, `${where}: breakdown must sum to macs x cycles`);
    assert.ok(Math.abs(macUtilization - validMacs / (macs * cycles)) < 1e-12, `${where}: macUtilization`);
    if (machine === "swg") assert.equal(breakdown.busy, validMacs, `${where}: busy must be validMacs`);
  }
for (const [machine, { cycles }] of Object.entries(result.totals.results)) {
  const sum = result.layers.reduce((total, { results }) => total + results[machine].cycles, 0);
  assert.equal(cycles, sum, `totals of ${machine}: cycles must be the sum over layers`);
}
console.log(
  `${result.layers.length} layers, ${Object.keys(result.totals.results).join(", ")}: every rule kept`,
);
