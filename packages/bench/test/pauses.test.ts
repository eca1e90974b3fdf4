import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { apartFromPauses } from "../src/pauses.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe("apartFromPauses", () => {
  it("gives what the work gives, and its time without that in which the collector stopped it", async () => {
    let all = 0;
    const { result, milliseconds } = await apartFromPauses(async () => {
      const begin = performance.now();
      collect();
      all = performance.now() - begin;
      return "done";
    });
    expect(result).toBe("done");
    expect(milliseconds).toBeGreaterThan(0);
    expect(milliseconds).toBeLessThan(all);
  });

  it("counts no pause that comes when the work is done", async () => {
    const { milliseconds } = await apartFromPauses(async () => {
      setImmediate(collect);
    });
    expect(milliseconds).toBeGreaterThan(0);
  });
});
