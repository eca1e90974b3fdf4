import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Loads the package anew, in a runtime whose `process` is this. */
async function loadedWith(process: unknown): Promise<typeof import("../src/index.js")> {
  vi.resetModules();
  vi.stubGlobal("process", process);
  return await import("../src/index.js");
}

/** Returns this process, as another runtime that has a version. */
function processOf(runtime: "bun" | "deno"): unknown {
  const versions = { ...process.versions, bun: undefined, deno: undefined, [runtime]: "1.0.0" };
  return Object.create(process, { versions: { value: versions } });
}

const url = "file:///work.js";
const resourceLimits = { maxOldGenerationSizeMb: 64 };

describe("where there are no modules of Node's, as in a browser", () => {
  it("the package can be loaded, and making a pool is an error that says what is missing", async () => {
    const { ThreadPoolExecutor, ProcessPoolExecutor } = await loadedWith(
      // vitest itself needs the rest.
      Object.create(process, { getBuiltinModule: { value: undefined } }),
    );
    for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
      expect(() => new Pool(url, { maxWorkers: 1 })).toThrow(
        "an executor needs Node (20.19 or newer), Bun or Deno: this runtime has no module node:os, " +
          "and so no threads or processes to run functions in",
      );
    }
  });
});

describe("a message to a process of Bun, which has no `Serializer`", () => {
  it("goes as it is, and is refused if it holds shared memory", async () => {
    await loadedWith(processOf("bun"));
    const { cloneForProcess } = await import("../src/clone.js");
    const { enclose } = await import("../src/envelope.js");
    const map = new Map([[1, new Date(0)]]);
    expect(cloneForProcess(map)).toEqual(map);
    const message = { type: "run", name: "f", args: [map] } as const;
    expect(enclose(message)).toBe(message);
    const refused = /^#<SharedArrayBuffer> could not be cloned/;
    const shared = new Map([["cells", [new Int32Array(new SharedArrayBuffer(4))]]]);
    expect(() => cloneForProcess(shared)).toThrow(refused);
    expect(() => enclose({ ...message, args: [shared] })).toThrow(refused);
  });
});

describe.each(["thread", "process"] as const)("an option of a %s that the runtime ignores", (kind) => {
  const pick = (executor: typeof import("../src/index.js")) =>
    kind === "thread" ? executor.ThreadPoolExecutor : executor.ProcessPoolExecutor;

  it.each([
    ["bun", "Bun", { resourceLimits }],
    ["deno", "Deno", { resourceLimits }],
    ["deno", "Deno", { execArgv: ["--no-warnings"] }],
  ] as const)("is refused in %s", async (runtime, name, options) => {
    const Pool = pick(await loadedWith(processOf(runtime)));
    const [option] = Object.keys(options);
    expect(() => new Pool(url, options)).toThrow(
      new TypeError(
        `new ${Pool.name}() got ${option}, which ${name} ignores in threads and processes; leave it out`,
      ),
    );
  });

  it("may be undefined", async () => {
    const Pool = pick(await loadedWith(processOf("deno")));
    expect(new Pool(url, { execArgv: undefined } as object).closed).toBe(false);
  });
});
