import { collectGarbage, bothKinds } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";
import { chaos } from "./support/chaos.js";
import { until } from "@asyncio-ts/testkit/until";
import { children, openFiles } from "./support/processes.js";

test.runIf(process.platform === "linux").each([1, 2])(
  "200 processes that are started and cancelled at random leave nothing: seed %i",
  async (seed) => {
    // What a runtime opens for its first processes stays.
    await chaos(bothKinds, 0, 5);
    await collectGarbage();
    const files = openFiles();
    await chaos(bothKinds, seed, 200);
    expect(children()).toEqual([]);
    await until(() => openFiles() <= files, "all pipes are closed");
  },
);
