import { report } from "@asyncio-ts/executor/worker";
import { expect, it } from "vitest";

it("report() does nothing outside of a worker, so that functions that report can be called like any other", () => {
  expect(report(() => {})).toBe(undefined);
});
