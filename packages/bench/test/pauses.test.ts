import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { apartFromPauses } from "../src/pauses.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe("apartFromPauses", () => {
  it("takes off the time in which the collector stops the work, and nothing else", async () => {
    let collecting = 0;
    let working = 0;
    const { result, milliseconds } = await apartFromPauses(async () => {
      const begin = performance.now();
      await new Promise(setImmediate);
      working = performance.now() - begin;
      collect();
      collecting = performance.now() - begin - working;
      return "done";
    });
    expect(result).toBe("done");
    expect(milliseconds).toBeGreaterThanOrEqual(working);
    expect(milliseconds).toBeLessThan(working + collecting);
  });
});
