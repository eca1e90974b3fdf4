import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as asyncio from "asyncio-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/ci/main.js";
import { capture } from "../printed.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the program ci", () => {
  it("runs the example, and says that all has passed", async () => {
    const printed = capture();
    expect(await asyncio.run(main())).toBe(0);
    expect(printed.out[0]).toBe("install | $ echo fetching; sleep 0.4; echo 42 packages");
    expect(printed.out.slice(-3)).toEqual([
      "pack    | packed",
      "pack    | passed",
      "All 5 steps have passed.",
    ]);
  });

  it("says which step has failed, and returns 1", async () => {
    const folder = await mkdtemp(join(tmpdir(), "asyncio-ts-ci-"));
    try {
      const steps = join(folder, "ci.json");
      await writeFile(
        steps,
        '{"one": {"run": "echo broken; exit 2"}, "two": {"run": "true", "needs": ["one"]}}',
      );
      const printed = capture();
      expect(await asyncio.run(main({ steps }))).toBe(1);
      expect(printed.out).toEqual([
        "one | $ echo broken; exit 2",
        "one | broken",
        'Stopped: step "one" ended with exit code 2.',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
