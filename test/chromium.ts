import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const places = process.env.SWG_CHROMIUM
  ? [process.env.SWG_CHROMIUM]
  : ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = places.find(existsSync);

/** Why no browser can be started here; undefined where one can. */
export const noChromium: string | undefined = executablePath ? undefined : `no file ${places.join(", ")}`;

/** A browser that asks for nothing from outside. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page of a browser of its own, of which nothing stays, and what the page complained of. */
export async function withPage<R>(
  use: (page: Page, complaints: readonly string[]) => Promise<R>,
): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), "swg-chromium-"));
  try {
    const browser = await chromium.launchPersistentContext(folder, {
      executablePath: executablePath!,
      args: flags,
      deviceScaleFactor: 2,
    });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => complaints.push(message.text()));
      return await use(page, complaints);
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export type Page = Awaited<ReturnType<Awaited<ReturnType<typeof chromium.launch>>["newPage"]>>;
