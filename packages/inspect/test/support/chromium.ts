/** Pictures in a real Chromium. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { executablePath } from "@asyncio-ts/testkit/chromium";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

export interface Look {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
  readonly hasTouch?: boolean;
}

/** Starts a Chromium for the tests of a file; returns a function that opens a picture in it. */
export function openingPictures(): (file: string, text: string, look?: Look) => Promise<Page> {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "asyncio-ts-pictures-"));
    // A file from the disk asks for nothing of the network.
    if (executablePath !== undefined)
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });
  return async (file, text, { width = 1280, colorScheme = "light", hasTouch = false } = {}) => {
    const path = join(folder, file);
    await writeFile(path, text);
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, hasTouch });
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => {
      throw error;
    });
    page.on("request", (request) => {
      if (/^(?:https?|wss?):/.test(request.url())) throw new Error(`the picture asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(path).href);
    return page;
  };
}
