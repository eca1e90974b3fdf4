import { run } from "@asyncio-ts/task";
import { say } from "@asyncio-ts/testkit/soak";
import { it } from "vitest";
import { chaos } from "./support/chaos.js";
import { suite, unless } from "./support/redis.js";

suite(`a queue among failures, cancellations, deaths and a restart${unless}`, () => {
  it("ends each of 10,000 jobs, and leaves nothing", async () => {
    const begun = performance.now();
    await run(() => chaos(10_000));
    say(`10,000 jobs in ${Math.round((performance.now() - begun) / 1000)} s`);
  });
});
