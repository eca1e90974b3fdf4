import { BrokenExecutorError } from "@asyncio-ts/executor";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { needing, rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";
import { pools } from "./support/pools.js";
import type * as OwnPool from "./workers/own-pool.js";

interface Functions {
  kind(): string;
  later(): Promise<string>;
  map(): string;
}

interface Thenables {
  twice(): Promise<string>;
  throwing(): Promise<never>;
  readOnce(): Promise<number>;
  hostilePromise(): Promise<string>;
}

const module = (name: string): URL => new URL(`modules/${name}`, import.meta.url);

describe.each(pools)("the module of a $kind pool", ({ Pool, kind }) => {
  const open = (url: URL | string) => new Pool<Functions>(url, { maxWorkers: 1 });

  it("may be an ES module, by URL or by what import.meta.resolve gives", async () => {
    await using pool = open(module("functions.mjs"));
    expect(await pool.submit("kind")).toBe("ESM");
    await using same = open(module("functions.mjs").href);
    expect(await same.submit("kind")).toBe("ESM");
  });

  it("may be CommonJS", async () => {
    await using pool = open(module("functions.cjs"));
    expect(await pool.submit("kind")).toBe("CommonJS");
    expect(await pool.submit("later")).toBe("later");
    const missing = pool.submit("map");
    await expect(missing).rejects.toBeInstanceOf(TypeError);
    await expect(missing).rejects.toMatchObject({
      message: `there is no function map() in ${module("functions.cjs")}; its functions: kind, later`,
      code: "ERR_NO_SUCH_FUNCTION",
    });
  });

  it("can't use a pool of itself before its first job, which would start workers without end", async () => {
    const url = new URL("dist/own-pool.js", import.meta.url);
    await using pool = new Pool<typeof OwnPool>(url, { maxWorkers: 1 });
    const reason =
      "a worker could not be started: own-pool.js uses a pool of its own functions as soon as a worker imports it, " +
      "so workers would be started without end; put the functions in a file of their own";
    const refusal = `BrokenExecutorError: ${reason}`;
    expect(await pool.submit("whileImported")).toEqual([refusal, refusal, refusal, refusal, 3]);
    expect(await pool.submit("doubleInOwnPool", 4)).toBe(8);
    const env = { ...process.env, ASYNCIO_TS_UNCAUGHT: "yes" };
    await using uncaught = new Pool<typeof OwnPool>(url, { maxWorkers: 1, env });
    const error = (await rejectionOf(uncaught.submit("double", 1))) as Error;
    expect(error).toBeInstanceOf(BrokenExecutorError);
    expect(error.message).toBe(`the module can't be loaded in a ${kind}: ${reason}`);
  });

  it("may have functions that return thenables, which are awaited by the rules of promises", async () => {
    await using pool = new Pool<Thenables>(module("thenables.mjs"), { maxWorkers: 1 });
    expect(await pool.submit("twice")).toBe("first");
    await expect(pool.submit("throwing")).rejects.toThrow("in then()");
    expect(await pool.submit("readOnce")).toBe(1);
    await expect(pool.submit("hostilePromise")).rejects.toThrow("in constructor");
    expect(pool.statistics()).toMatchObject({ workers: 1 });
  });

  it("may be TypeScript where the runtime can load it; else the error says what to do", async () => {
    await using pool = open(module("functions.ts"));
    const outcome = await pool.submit("kind").catch((error: unknown) => error);
    const { features } = process as { features: { typescript?: unknown } };
    if (features.typescript) expect(outcome).toBe("TypeScript");
    else {
      expect(outcome).toBeInstanceOf(BrokenExecutorError);
      expect(String(outcome)).toBe(
        `BrokenExecutorError: the module can't be loaded in a ${kind}: this Node (${process.version}) can't load ` +
          "TypeScript itself; use Node 22.18 or later, or pass the executor the URL of the compiled .js file, or " +
          "start the program with a loader (node --import tsx …)",
      );
    }
  });

  it(
    "may be TypeScript for a loader that the workers inherit or are given",
    needing("module loaders of `node:module`"),
    async () => {
      // A loader of three lines, as tsx is one of many.
      const loader = `data:text/javascript,${encodeURIComponent(`
      import { register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(\`
        export async function load(url, context, next) {
          if (!url.endsWith(".ts")) return next(url, context);
          return { format: "module", shortCircuit: true, source: "export const kind = () => 'loaded'" };
        }\`));
    `)}`;
      await using pool = new Pool<Functions>(module("functions.ts"), {
        maxWorkers: 1,
        execArgv: ["--import", loader],
      });
      expect(await pool.submit("kind")).toBe("loaded");
    },
  );

  it("is told from the functions that it does not export", async () => {
    await using pool = open(module("functions.mjs"));
    await expect(pool.submit("later")).rejects.toThrow(
      /there is no function later\(\) in .*; its functions: kind$/,
    );
    await using empty = open("data:text/javascript,export const x = 1");
    await expect(empty.submit("kind")).rejects.toThrow(/its functions: none$/);
  });

  it("may throw while it is loaded", async () => {
    await using pool = open(module("broken.mjs"));
    const dropped = pool.warmUp();
    dropped.cancel();
    const error = (await pool.submit("kind").catch((error: unknown) => error)) as BrokenExecutorError;
    expect(String(error)).toBe(
      `BrokenExecutorError: the module can't be loaded in a ${kind}: it does not work`,
    );
    expect(error.cause).toBeInstanceOf(RangeError);
  });
});

describe("the entry of a worker", () => {
  it("says what it is for when somebody else runs it", () => {
    const entry = fileURLToPath(new URL("dist/worker-entry.js", import.meta.url));
    expect(() => execFileSync(process.execPath, [entry], { stdio: "pipe" })).toThrow(
      "only a pool of @asyncio-ts/executor can run this program",
    );
  });
});
