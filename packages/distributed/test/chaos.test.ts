import { run } from "@asyncio-ts/task";
import { it } from "vitest";
import { chaos } from "./support/chaos.js";
import { suite, unless } from "./support/redis.js";

suite(`a queue among failures, cancellations, deaths and a restart${unless}`, () => {
  it("ends every job, and leaves nothing", () => run(() => chaos(400)));
});
