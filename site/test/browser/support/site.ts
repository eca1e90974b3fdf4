/** The built site in a real Chromium: served below a path, as a project's pages are. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { executablePath } from "@asyncio-ts/testkit/chromium";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

export const dist: string = fileURLToPath(new URL("../../../dist/", import.meta.url));
export const base = "/asyncio-ts/";
const ANOTHER_BASE = "/x/y/";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Returns the file of a path, as servers of static files find it; undefined if there is none. */
export function fileOf(path: string): string | undefined {
  if (!path.startsWith(base)) return undefined;
  const file = dist + decodeURIComponent(path.slice(base.length));
  const candidates = file.endsWith("/") ? [`${file}index.html`] : [file, `${file}.html`];
  return candidates.find((candidate) => extname(candidate) !== "" && existsSync(candidate));
}

/**
 * Returns a file as servers send it. For another base, its text is what a build for that one would have: the base stands
 * in the built files as a text, and a path of GitHub is none of the site's.
 */
function compressed(file: string, isElsewhere: boolean): Buffer {
  const key = `${isElsewhere} ${file}`;
  let known = sent.get(key);
  if (known === undefined) {
    const bytes = readFileSync(file);
    const own = new RegExp(`(?<!github\\.com)${base}`, "g");
    known = gzipSync(isElsewhere ? bytes.toString().replaceAll(own, ANOTHER_BASE) : bytes);
    sent.set(key, known);
  }
  return known;
}
const sent = new Map<string, Buffer>();

/** The pages that are built, by their paths below the base. */
export const builtPages: readonly string[] = !existsSync(dist)
  ? []
  : readdirSync(dist, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".html"))
      .map((file) => file.replaceAll("\\", "/").replace(/(?:(^|\/)index)?\.html$/, "$1"))
      .sort();

export interface View {
  /** Below another base than that of the build. */
  readonly isElsewhere?: boolean;
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

export interface OpenPage extends Page {
  /** The faults of a page: errors in its console, requests to another origin, files that are not there. */
  readonly complaints: string[];
}

/** Serves the site and starts a Chromium for the tests of a file; returns a function that opens a page. */
export function openingPages(): (path: string, view?: View) => Promise<OpenPage> {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    if (executablePath === undefined) return;
    if (!existsSync(dist)) throw new Error("the site is not built; run `pnpm site:build` first");
    server = createServer(({ url = "" }, response) => {
      const { pathname } = new URL(url, "http://localhost");
      const isElsewhere = pathname.startsWith(ANOTHER_BASE);
      const file = fileOf(isElsewhere ? pathname.replace(ANOTHER_BASE, base) : pathname);
      if (file === undefined) response.writeHead(404).end();
      else {
        response
          .writeHead(200, { "content-type": TYPES[extname(file)] ?? "", "content-encoding": "gzip" })
          .end(compressed(file, isElsewhere));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  return async (path, { width = 1440, colorScheme = "light", isElsewhere = false } = {}) => {
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}`;
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      const url = request.url();
      if (/^\w+:/.test(url) && !url.startsWith(origin) && !/^(?:blob|data):/.test(url)) {
        complaints.push(`asks for ${url}`);
      }
    });
    page.on("response", (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(origin + (isElsewhere ? ANOTHER_BASE : base) + path);
    await alive(page);
    return Object.assign(page, { complaints });
  };
}

/** Waits until a page has come to life: its buttons do something. */
async function alive(page: Page): Promise<void> {
  await page.waitForFunction(() => "_vnode" in (document.querySelector("#app") ?? {}));
}

/** Leads an open page to another one, as the field for addresses does. */
export async function leadTo(page: Page, path: string): Promise<void> {
  await page.goto(new URL(base + path, page.url()).href);
  await alive(page);
}

/** Presses Run, and returns the lines that are printed until the program has ended. */
export async function runProgram(page: Page): Promise<string[]> {
  await page.locator(".playground button.run").click();
  await ended(page);
  return await linesOf(page);
}

export async function ended(page: Page): Promise<void> {
  await page.locator('.playground[data-state="over"]').waitFor();
}

export async function linesOf(page: Page): Promise<string[]> {
  return await page.locator(".playground .output .text").allTextContents();
}

export async function statusOf(page: Page): Promise<string> {
  return (await page.locator(".playground .status").textContent()) ?? "";
}

/** Puts a program into the editor. */
export async function edit(page: Page, program: string): Promise<void> {
  const button = page.locator(".playground button.edit");
  if (await button.isVisible()) await button.click();
  const editor = page.locator(".cm-content");
  await editor.waitFor();
  await editor.fill(program);
}
