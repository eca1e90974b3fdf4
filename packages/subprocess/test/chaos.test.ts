import { collectGarbage, bothKinds } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";
import { chaos } from "./support/chaos.js";
import { rounds } from "@asyncio-ts/testkit/rounds";
import { until } from "@asyncio-ts/testkit/until";
import { children, openFiles } from "./support/processes.js";

const PROCESSES = rounds(200);

test.runIf(process.platform === "linux").each([1, 2])(
  `${PROCESSES} processes that are started and cancelled at random leave nothing: seed %i`,
  async (seed) => {
    // What a runtime opens for its first processes stays.
    await chaos(bothKinds, 0, 5);
    await collectGarbage();
    const files = openFiles();
    await chaos(bothKinds, seed, PROCESSES);
    expect(children()).toEqual([]);
    await until(() => openFiles() <= files, "all pipes are closed");
  },
);
