import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { synthesise, synthesisJson } from "swg-sim/rtl";
import { expect, it } from "vitest";

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

it("do the schemas say what the types say? If not: npm run schemas", () => {
  const { status, stderr } = spawnSync(process.execPath, [inRoot("scripts/schemas.mjs"), "--check"], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
});

it("is a synthesis what its schema says?", async () => {
  const validate = new Ajv().compile(JSON.parse(readFileSync(inRoot("schemas/synthesis.json"), "utf8")));
  const text = "module both (input logic a, input logic b, output logic c); assign c = a & b; endmodule";
  const purposes = { both: "conjunction" };
  const document = JSON.parse(synthesisJson(await synthesise({ "both.sv": text }, "both", { purposes })));
  expect([validate(document), validate.errors]).toEqual([true, null]);
  expect(validate({ ...document, schemaVersion: undefined })).toBe(false);
});
