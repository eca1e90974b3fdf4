import { afterEach, expect, test, vi } from "vitest";
import { command } from "../src/command.js";

afterEach(() => {
  vi.restoreAllMocks();
});

test("--list names the runtimes and the suites", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => lines.push(line));
  expect(await command(["--list"])).toBe(0);
  expect(lines.map((line) => line.split(" ")[0]).join(" ")).toBe(
    "node-20 node-22 node-24 node-26 bun bun-baseline deno deno-no-env chromium-page chromium-worker " +
      "traces programs documentation executor vitest",
  );
});

test("an unknown runtime or suite is an error of usage", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(await command(["node-8"])).toBe(2);
  expect(await command(["--suite", "none"])).toBe(2);
});
