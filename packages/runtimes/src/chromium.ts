/**
 * Chromium, in a page and in a dedicated worker: a program is bundled as for any browser, and what it writes
 * to the console is what it prints. Node's own format is bundled with it, so that all runtimes print alike.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type ConsoleMessage, type Page } from "playwright-core";
import { LIMIT, type Printed, type Program, type Runtime, type Session, Unavailable } from "./runtime.js";

const EXECUTABLES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** The line of the console that tells the end of the program. */
const END = "end of the program";

/**
 * A browser has no end of a program: its module can end while callbacks are ready in the default loop. They have
 * posted messages, and messages come in the order in which they were posted, so the end waits for some of its own.
 */
const START = `const { port1, port2 } = new MessageChannel();
let left = 20;
port1.onmessage = () => ((left -= 1) > 0 ? port2.postMessage(0) : console.log("${END}"));
import(new URLSearchParams(location.search).get("program"))
  .catch((error) => console.error(error?.stack ?? String(error)))
  .then(() => port2.postMessage(0));`;
const HEAD = '<!doctype html><link rel="icon" href="data:,">';
const PAGES: Readonly<Record<string, string>> = {
  "/page": `${HEAD}<script type="module">${START}</script>`,
  "/worker": `${HEAD}<script type="module">
    new Worker("/start.js" + location.search, { type: "module" });
  </script>`,
  "/start.js": START,
};

export const chromiumRuntimes: readonly Runtime[] = ["page", "worker"].map((place) => ({
  name: `chromium-${place}`,
  kind: "chromium",
  async open() {
    const executablePath = process.env["CHROMIUM"] ?? EXECUTABLES.find((path) => existsSync(path));
    if (executablePath === undefined) {
      throw new Unavailable(
        "there is no Chromium here; install it (apt-get install chromium), or set CHROMIUM",
      );
    }
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    const bundles = new Map<string, string>();
    const server = serve(bundles);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return sessionOf(browser, server, bundles, place);
  },
}));

function serve(bundles: ReadonlyMap<string, string>): Server {
  return createServer(({ url = "" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const content = PAGES[pathname] ?? bundles.get(pathname);
    const type = pathname.endsWith(".js") ? "text/javascript" : "text/html";
    response.writeHead(content === undefined ? 404 : 200, { "content-type": type }).end(content);
  });
}

function sessionOf(browser: Browser, server: Server, bundles: Map<string, string>, place: string): Session {
  const { port } = server.address() as AddressInfo;
  // A page that has run a program runs another: a new one takes as long as most programs.
  const idle: Page[] = [];
  let programs = 0;
  return {
    executable: undefined,
    version: browser.version(),
    async run(program) {
      const path = `/${(programs += 1)}.js`;
      try {
        bundles.set(path, await bundle(program));
      } catch (error) {
        return { stdout: "", stderr: String(error), exitCode: 1, timedOut: false };
      }
      const page = idle.pop() ?? (await openPage(browser));
      const printed = await runIn(page, `http://127.0.0.1:${port}/${place}?program=${path}`);
      if (printed.timedOut) await page.close();
      else idle.push(page);
      return printed;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

async function bundle({ file, args = [] }: Program): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    keepNames: true,
    logLevel: "silent",
    alias: { "node:util": fileURLToPath(import.meta.resolve("node-inspect-extracted")) },
    banner: { js: `globalThis.programArguments = ${JSON.stringify(args)};` },
  });
  return (outputFiles[0] as { text: string }).text;
}

async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  // For programs that ask who handles a click.
  await page.exposeFunction("clickPage", () => page.mouse.click(10, 10).catch(() => {}));
  return page;
}

async function runIn(page: Page, url: string): Promise<Printed> {
  let stdout = "";
  let stderr = "";
  const over = new Promise<boolean>((resolve) => {
    setTimeout(resolve, LIMIT, true).unref();
    page.on("console", (message: ConsoleMessage) => {
      const text = message.text();
      if (text === END) resolve(false);
      else if (message.type() === "error") stderr += `${text}\n`;
      else stdout += `${text}\n`;
    });
  });
  page.on("pageerror", (error) => (stderr += `${error.stack ?? error.message}\n`));
  await page.goto(url);
  const timedOut = await over;
  page.removeAllListeners("console").removeAllListeners("pageerror");
  // Ends what the program has left running, before somebody listens to the next.
  if (!timedOut) await page.goto("about:blank");
  return { stdout, stderr, exitCode: timedOut ? undefined : 0, timedOut };
}
