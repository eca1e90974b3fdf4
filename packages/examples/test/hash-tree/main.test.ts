import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { runBuilt } from "../built.js";

const sources = new Map<string, string>();
let folder: string;

const outputFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "asyncio-ts-hash-tree-output-"));

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Each compressed file is the whole of its source. */
async function checkWritten(output: string): Promise<number> {
  const files = (await filesBelow(output)).filter((file) => !file.endsWith("SHA256SUMS"));
  for (const file of files) {
    const path = file.slice(output.length + 1);
    expect(path).toMatch(/\.txt\.br$/);
    expect(brotliDecompressSync(await readFile(file)).toString()).toBe(
      sources.get(path.replace(/\.br$/, "")),
    );
  }
  return files.length;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asyncio-ts-hash-tree-"));
  await mkdir(join(folder, "sub"));
  for (let i = 0; i < 60; i++) {
    const path = i % 2 === 0 ? `${i}.txt` : join("sub", `${i}.txt`);
    sources.set(path, `${i} and ${Math.random()} `.repeat(i % 20 === 0 ? 60_000 : 3000));
    await writeFile(join(folder, path), sources.get(path) ?? "");
  }
});

/** A module to start the program with, in which the file that comes last can't be read: it is never done. */
const withoutEnd = `data:text/javascript,${encodeURIComponent(`
  import { createRequire, syncBuiltinESMExports } from "node:module";
  const promises = createRequire("/")("node:fs/promises");
  const { readFile } = promises;
  promises.readFile = (path, options) =>
    !/sub.9\\.txt$/.test(path)
      ? readFile(path, options)
      : new Promise((resolve, reject) => {
          const holding = setInterval(() => {}, 60_000);
          options.signal.addEventListener("abort", () => {
            clearInterval(holding);
            reject(options.signal.reason);
          });
        });
  syncBuiltinESMExports();
`)}`;

describe("the program hash-tree", () => {
  it("hashes and compresses every file, and says how much that was", async () => {
    const output = await outputFolder();
    const { out, err, code } = await runBuilt(["hash-tree", "--folder", folder, "--output", output]);
    expect([err, code]).toEqual(["", 0]);
    expect(out).toMatch(/^60 files of .* MB, in \d+ processes:$/m);
    expect(out).toMatch(/100 % {2}60 files/);
    expect(out).toMatch(/^60 files written to .*: [\d.]+ MB, in [\d.]+ s$/m);
    expect(await checkWritten(output)).toBe(60);
    const hashes = Array.from(sources, ([path, content]) => {
      return `${createHash("sha256").update(content).digest("hex")}  ${path}\n`;
    });
    const list = await readFile(join(output, "SHA256SUMS"), "utf8");
    expect(list.split("\n").sort()).toEqual(hashes.join("").split("\n").sort());
  });

  const signals = process.platform === "win32" ? [] : (["SIGINT", "SIGTERM"] as const);
  it.for(signals)("stops on %s, and leaves no half-written file", async (signal) => {
    const output = await outputFolder();
    let sent = false;
    const args = ["hash-tree", "--folder", folder, "--output", output];
    const interrupt = (out: string, kill: (signal: NodeJS.Signals) => void): void => {
      if (sent || !out.includes("processes:")) return;
      sent = true;
      const watch = setInterval(() => {
        if (!existsSync(join(output, "0.txt.br"))) return;
        clearInterval(watch);
        kill(signal);
      }, 1);
    };
    const ended = await runBuilt(args, interrupt, ["--import", withoutEnd]);
    expect(ended.code).toBe(signal === "SIGINT" ? 130 : 143);
    // Before it, `run` may say that a task waits for the file system, which takes no signal.
    expect(ended.err.endsWith(`hash-tree was cancelled by ${signal}, and has cleaned up.\n`)).toBe(true);
    expect(ended.out).toMatch(/^Stopped after \d+ of 60 files; what is written is whole\.$/m);
    const written = await checkWritten(output);
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(60);
    expect(existsSync(join(output, "SHA256SUMS"))).toBe(false);
  });

  it("leaves nothing behind without --output", async () => {
    const { out, code } = await runBuilt(["hash-tree", "--folder", folder]);
    expect(code).toBe(0);
    const target = /^60 files written to (.*): [\d.]+ MB/m.exec(out)?.[1] ?? "";
    expect([target === "", existsSync(target)]).toEqual([false, false]);
  });

  it("says what it can't read", async () => {
    const { err, code } = await runBuilt(["hash-tree", "--folder", join(folder, "nowhere")]);
    expect(code).toBe(1);
    expect(err).toMatch(/ENOENT: no such file or directory/);
  });
});
