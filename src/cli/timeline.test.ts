import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writePartialTrace } from "../../test/partial-trace.ts";
import { swg } from "../../test/run-swg.ts";
import { timelineText } from "../report/timeline/text.ts";

const trace = "test/data/tiny.safetensors";
const command = `timeline --trace ${trace} --layer conv2`;
const run = async () =>
  JSON.parse((await swg(`run --trace ${trace} --layers conv2 --format json --threads 1`)).out);

describe("what does swg timeline show?", () => {
  const folder = mkdtempSync(join(tmpdir(), "swg-timeline-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("the step that --steps names, where the trace has several", async () => {
    const steps = writePartialTrace(join(folder, "steps.safetensors"), [0, 100]);
    const line = `timeline --trace ${steps} --layer conv2`;
    expect(await swg(line)).toEqual({
      code: 1,
      out: "",
      err: `error: ${steps}: has the steps 0, 100; one is needed, as --steps 0\n`,
    });
    expect((await swg(`${line} --steps 100`)).out).toBe((await swg(command)).out);
    expect((await swg(`${line} --steps 7`)).err).toBe('error: unknown step "7"; known: 0, 100\n');
    expect((await swg("timeline --network vgg8 --layer conv_13 --steps 0")).err).toBe(
      "error: --steps goes with --trace, not with --network\n",
    );
  });

  it("a line for each MAC and a character for each cycle, as many busy as the run says", async () => {
    const columns = await Promise.all(
      Array.from({ length: 16 }, (_, i) => swg(`${command} --column ${i} --cycles 0:100000`)),
    );
    const [{ results }] = (await run()).layers;
    expect(columns[0].out).toContain(
      `column 0, cycles 0 to ${results.swg.cycles - 1} of ${results.swg.cycles}\n`,
    );
    const lines = columns.flatMap(({ out }) =>
      Array.from(out.matchAll(/^PE +\d+ MAC \d (.*)$/gm), ([, line]) => line),
    );
    const busy = lines.reduce((sum, line) => sum + line.replaceAll(/[^#0-9a-z]/g, "").length, 0);
    expect(lines.join("").length).toBe(256 * results.swg.cycles);
    expect(busy).toBe(results.swg.breakdown.busy);
  });

  it("a VCD and an SVG of the same", async () => {
    for (const end of ["vcd", "svg"])
      expect((await swg(`${command} --cycles 50:150 --out ${folder}/t.${end}`)).code).toBe(0);
    const vcd = readFileSync(join(folder, "t.vcd"), "utf8");
    expect(vcd).toContain(
      "$scope module column0 $end\n$scope module pe0 $end\n$scope module mac0 $end\n$var wire 1 ! busy $end\n",
    );
    // 200 MHz: 5,000 ps a cycle
    expect(Array.from(vcd.matchAll(/^#(\d+)$/gm)).at(0)![1]).toBe("250000");
    expect(Array.from(vcd.matchAll(/^#(\d+)$/gm)).at(-1)![1]).toBe("750000");
    const svg = readFileSync(join(folder, "t.svg"), "utf8");
    expect(svg).toContain(">Column 0 in cycles 50 to 149 of ");
    expect(svg).toContain(">multiplies a pair of its PE</text>");
    expect(svg).toContain("src:url(data:font/woff2;base64,");
  });

  it("from the first pair of the column on, where no cycles are asked for", async () => {
    const { out } = await swg(command);
    const [, from, to] = /^column 0, cycles (\d+) to (\d+) of/.exec(out)!.map(Number);
    expect(to - from).toBe(119);
    const lines = Array.from(out.matchAll(/^PE +\d+ MAC \d (.)/gm), ([, first]) => first);
    expect(lines).toContain("#");
    const before = (await swg(`${command} --cycles 0:${from}`)).out;
    expect(before).not.toMatch(/^PE +\d+ MAC \d .*[#0-9a-z]/m);
    expect(
      Math.max(...out.split("\n").map((line) => (line.startsWith("PE") ? line.length : 0))),
    ).toBeLessThan(80);
  });

  it("a trace for Perfetto: a track for each MAC, slices that follow each other in whole microseconds", async () => {
    expect((await swg(`${command} --cycles 50:150 --out ${folder}/t.json`)).code).toBe(0);
    const { traceEvents, otherData } = JSON.parse(readFileSync(join(folder, "t.json"), "utf8"));
    expect(otherData).toMatchObject({ layer: "conv2", column: 0, clockMhz: 200 });
    const slices = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
    for (let tid = 1; tid <= 16; tid++) {
      let at = 50;
      for (const { ts, dur } of slices.filter((slice: { tid: number }) => slice.tid === tid)) {
        expect(ts).toBe(at);
        at += dur;
      }
      expect(at).toBe(150);
    }
    expect(slices.map(({ name }: { name: string }) => name)).toContain("own PE");
  });

  it("a helper by the number of the PE that it helps, in figures and letters", async () => {
    const shown = (await swg(`${command} --cycles 0:4000 --set swg.rows=4 --set swg.traces=3`)).out;
    const signs = Array.from(shown.matchAll(/^PE +\d+ MAC \d (.*)$/gm), ([, line]) =>
      line.replaceAll(/[^0-9a-zA-Z*]/g, ""),
    ).join("");
    expect(shown).toContain("0-Z  multiplies for the PE of that number: 0 to 9, then a to z, then A to Z\n");
    expect(signs).toMatch(/^[0-3]+$/);
    const span = (state: number | "mapping") => [{ from: 0, to: 3, state }];
    const states = Array.from({ length: 128 }, (_, mac) => [40, 62][mac - 64] ?? ("mapping" as const));
    const large = timelineText({ column: 0, pes: 64, macs: 2, layerCycles: 3, spans: states.map(span) });
    expect(large).toContain("PE  32 MAC 0 EEE\nPE  32 MAC 1 ***\n");
    expect(large).toContain("then A to Z, then all others as *\n");
  });

  it("one line for what cannot be", async () => {
    const wrong = async (flags: string) => (await swg(`${command} ${flags}`)).err;
    expect(await wrong("--cycles 5:5")).toBe(
      'error: --cycles must be FROM:TO, TO after FROM, at most 1000000 cycles, is "5:5"\n',
    );
    expect(await wrong("--cycles 99999:100000")).toMatch(
      /^error: --cycles must begin within the layer's \d+, is [^\n]*\n$/,
    );
    expect(await wrong("--column 16")).toBe('error: --column must be a whole number from 0 to 15, is "16"\n');
    expect(await wrong("--out t.png")).toBe('error: --out must end in .vcd, .json, .svg, is "t.png"\n');
    expect((await swg(`timeline --trace ${trace} --layer conv9`)).err).toMatch(
      /^error: unknown layer "conv9"; known: /,
    );
  });
});
