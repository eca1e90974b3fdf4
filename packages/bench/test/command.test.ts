import { afterEach, describe, expect, it, vi } from "vitest";
import { bench } from "../src/command.js";
import { topics } from "../src/topics.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("bench", () => {
  it("lists the topics", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    expect(await bench(["--list"])).toBe(0);
    expect(log.mock.calls.map(([line]) => String(line).split(" ")[0])).toEqual(
      topics.map(({ name }) => name),
    );
  });

  it("refuses topics that don't exist, and to write a part", async () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await bench(["lokcs"])).toBe(2);
    expect(await bench(["locks", "--write"])).toBe(2);
    expect(write.mock.calls.join("")).toContain("leave their names out");
  });
});
