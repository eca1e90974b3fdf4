import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { apartFromPauses } from "../src/pauses.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

afterEach(() => void vi.restoreAllMocks());

describe("apartFromPauses", () => {
  it("gives what the work gives, and its time without that in which the collector stopped it", async () => {
    const clock = vi.spyOn(performance, "now");
    const { result, milliseconds } = await apartFromPauses(async () => {
      collect();
      return "done";
    });
    const [begin = 0, end = 0] = clock.mock.results.map(({ value }) => value as number);
    expect(result).toBe("done");
    expect(milliseconds).toBeGreaterThan(0);
    expect(milliseconds).toBeLessThan(end - begin);
  });

  it("counts no pause that comes when the work is done", async () => {
    const { milliseconds } = await apartFromPauses(async () => {
      setImmediate(collect);
    });
    expect(milliseconds).toBeGreaterThan(0);
  });
});
