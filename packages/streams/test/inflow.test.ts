import { StreamReader } from "@asyncio-ts/streams";
import { run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds } from "@asyncio-ts/testkit";
import { describe, expect, it, test } from "vitest";
import { Inflow } from "../src/inflow.js";

test("an inflow says that its source is paused, from twice the limit on, until the limit is left", () => {
  const log: string[] = [];
  const inflow = new Inflow(4);
  inflow.source = { pause: () => log.push("pause"), resume: () => log.push("resume") };
  const take = (count: number): void => {
    inflow.take(count);
    log.push(inflow.describe());
  };
  inflow.feed(new Uint8Array(9));
  take(4);
  take(1);
  expect(log).toEqual(["pause", "<StreamReader 5 bytes, paused>", "resume", "<StreamReader 4 bytes>"]);
});

test("an inflow whose bytes are skipped goes on, too", () => {
  const log: string[] = [];
  const inflow = new Inflow(4);
  inflow.source = { pause: () => log.push("pause"), resume: () => log.push("resume") };
  inflow.feed(new Uint8Array(9));
  inflow.skip(4);
  log.push("skipped");
  inflow.skip(1);
  inflow.skip(1);
  expect(log).toEqual(["pause", "skipped", "resume"]);
});

describe.each(bothKinds)("a read, in %s,", ({ body, startTask }) => {
  it("is not woken by a chunk without bytes", () =>
    run(
      body(function* () {
        const reader = new StreamReader();
        const log: string[] = [];
        const task = startTask(function* () {
          log.push(`read ${(yield* awaited(reader.read(10))).length}`);
        });
        yield* awaited(sleep(0));
        reader.feedData(new Uint8Array());
        yield* awaited(sleep(0));
        log.push(String(reader));
        reader.feedData("abc");
        yield* awaited(task);
        expect(log).toEqual(["<StreamReader 0 bytes, read waiting>", "read 3"]);
      }),
    ));
});
