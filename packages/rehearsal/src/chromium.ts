/**
 * Chromium, if there is one on this machine: `apt-get install chromium` on Debian, or the path in `CHROMIUM`.
 */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import type { Stage } from "./stage.js";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Why there is no browser. */
export class MissingChromium {
  readonly reason = "there is no Chromium here; apt-get install chromium, or set CHROMIUM to its path";
}

/** A browser without a window. */
export class Chromium {
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Runs a module in a page; this must be the first that it writes to the console. */
  async expect(text: string, expected = "ok"): Promise<void> {
    const page = await this.#browser.newPage();
    try {
      const first = new Promise<string>((resolve) => {
        page.once("console", (message) => resolve(message.text()));
        page.once("pageerror", (error) => resolve(String(error)));
        setTimeout(resolve, 60_000, "nothing for a minute").unref(); // only for what hangs
      });
      await page.addScriptTag({ content: text, type: "module" });
      const got = await first;
      if (got !== expected) throw new Error(`the page wrote this in place of "${expected}": ${got}`);
    } finally {
      await page.close();
    }
  }
}

/** Starts the browser; the stage ends it. */
export async function startChromium(stage: Stage): Promise<Chromium | MissingChromium> {
  const executablePath = process.env["CHROMIUM"] ?? places.find((path) => existsSync(path));
  if (executablePath === undefined) return new MissingChromium();
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox"],
    // The stage closes it when a signal ends the rehearsal.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    env: {
      ...process.env,
      HOME: stage.makeFolder("browser"),
      TMPDIR: stage.makeFolder("browser", "temporary"),
    },
  });
  await stage.onClose(() => browser.close());
  return new Chromium(browser);
}
