import { describe, expect, it } from "vitest";
import { reportOf } from "../../test/made-up-report.ts";
import { select } from "../accelerators/machine.ts";
import { reportFigures } from "./figures/index.ts";
import { reportPage } from "./report-page.ts";

const odd = '<script>alert("1")</script>&\'';
const made = reportOf(["conv1", odd]);
const report = {
  ...made,
  trace: { ...made.trace, network: odd },
  machines: {
    ...made.machines,
    swg: {
      ...made.machines.swg,
      parameters: { ...select("swg").parameters, columns: 8, vdt: "fmap" },
      declared: { columns: 16, vdt: "both" },
    },
  },
};
const page = reportPage(report, reportFigures(report));
const words = page.replace(/<style>.*?<\/style>/gs, "");

describe("does the page stand alone?", () => {
  it("it asks for nothing from outside, runs nothing, and is small", () => {
    const plain = page.replace(/base64,[^)]*/g, "base64,");
    expect(plain).not.toMatch(/https?:|\/\/[a-z]|@import|<script|<link|<img|<iframe/i);
    const targets = Array.from(plain.matchAll(/(?:src|href|url)[=:(]+"?([^")> ]+)/g), ([, target]) => target);
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(target).toMatch(/^(data:font|url\(data:font|figures\/|#)/);
    expect(page.length).toBeLessThan(500_000);
  });

  it("names from outside are text", () => {
    expect(words).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;");
  });

  it("ids are unique, though it holds several figures", () => {
    const ids = Array.from(page.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("light and dark", () => {
    expect(page).toContain("@media (prefers-color-scheme:dark)");
    expect(page).toMatch(/<rect class="ground"/);
  });
});

describe("does the page say what was run, and how it went?", () => {
  it("the parameters that are not the machine's own, with those", () => {
    expect(words).toContain("<td>columns=8 (16), vdt=fmap (both)</td>");
  });

  it("the sentences of the text report, every figure with its sentence, and the numbers of each layer", () => {
    expect(words).toContain("<p>swg takes 20,000 cycles, 100 µs at 200 MHz, on 12.0 mm2");
    for (const { name, title } of reportFigures(report)) {
      expect(words).toContain(`<figure id="${name}">`);
      expect(words).toContain(`${title.replaceAll("'", "&#39;")}.</b>`);
    }
    expect(words).toMatch(/<td>conv1<\/td><td class="n">75,497,472<\/td><td class="n">1,000,000<\/td>/);
    expect(words).toMatch(/<td>all layers<\/td><td class="n">20,000<\/td>/);
  });
});
