import { debug } from "@asyncio-ts/future/internal";
import { describe, expect, test } from "vitest";
import { isOwnLine } from "../src/debug.js";

describe("a line of a stack is of this library", () => {
  const installed = "file:///app/node_modules/@asyncio-ts/future/dist/debug.js";
  const bundled = "file:///app/packages/web/dist/bundle.js";

  test.each<[string, string | undefined, string, boolean]>([
    ["installed", installed, "at run (file:///app/node_modules/@asyncio-ts/task/dist/runner.js:1:1)", true],
    [
      "installed by pnpm",
      "file:///app/node_modules/.pnpm/@asyncio-ts+future@1.0.0/node_modules/@asyncio-ts/future/dist/debug.js",
      "at run (file:///app/node_modules/.pnpm/@asyncio-ts+task@1.0.0/node_modules/@asyncio-ts/task/dist/runner.js:1:1)",
      true,
    ],
    [
      "installed on Windows",
      installed,
      String.raw`at run (C:\app\node_modules\@asyncio-ts\task\dist\runner.js:1:1)`,
      true,
    ],
    [
      "of a program's own package of that name",
      installed,
      "at main (file:///app/packages/task/src/app.ts:1:1)",
      false,
    ],
    ["of another package", installed, "at main (file:///app/node_modules/task/dist/app.js:1:1)", false],
    [
      "in its repository",
      "file:///lib/packages/future/src/debug.ts",
      "at f (/lib/packages/task/src/task.ts:1:1)",
      true,
    ],
    [
      "of a test in its repository",
      "file:///lib/packages/future/src/debug.ts",
      "at f (/lib/packages/task/test/a.ts:1:1)",
      false,
    ],
    [
      "in its repository, of a program's own package",
      "file:///lib/packages/future/src/debug.ts",
      "at main (/app/packages/task/src/app.ts:1:1)",
      false,
    ],
    [
      "in a folder with a space",
      "file:///my%20lib/future/src/debug.ts",
      "at f (/my lib/task/src/a.ts:1:1)",
      true,
    ],
    [
      "in its repository on Windows",
      "file:///C:/lib/packages/future/src/debug.ts",
      String.raw`at f (C:\lib\packages\sync\src\lock.ts:1:1)`,
      true,
    ],
    [
      "loaded from a server",
      "https://x.org/libs/future/dist/debug.js?v=1",
      "f@https://x.org/libs/task/dist/run.js:1:1",
      true,
    ],
    ["bundled", bundled, "at main (file:///app/packages/web/dist/bundle.js:1:1)", false],
    [
      "bundled, of a package of that name",
      bundled,
      "at main (file:///app/packages/task/src/app.ts:1:1)",
      false,
    ],
    ["bundled without a place", undefined, "at main (file:///app/packages/task/src/app.ts:1:1)", false],
  ])("%s", (_, here, line, expected) => {
    expect(isOwnLine(here)(line)).toBe(expected);
  });
});

describe("the stack of an error tells a place in the program", () => {
  test.each<[string, string, boolean]>([
    ["by a line of it", "at main (file:///app/main.js:1:1)", true],
    ["not by a line of Node", "at processTicksAndRejections (node:internal/process/task_queues:95:5)", false],
    ["not by a line of Bun", "at processTicksAndRejections (native:7:39)", false],
    ["not by a line of Deno", "at Immediate.callback (ext:deno_node/internal/timers.mjs:4:3069)", false],
  ])("%s", (_, line, tells) => {
    const error = Object.assign(new Error("failed"), { stack: `Error: failed\n    ${line}` });
    expect(debug.checks.isPlaced(error)).toBe(tells);
  });
});
