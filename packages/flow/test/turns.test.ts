import { coroutine } from "@asyncio-ts/coroutine";
import { sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { Turns } from "../src/turns.js";

describe.each(bothKinds)("Turns in %s", ({ logOf, startTask }) => {
  test("are taken in order of arrival, and handed over", async () => {
    const log = await logOf(function* (log) {
      const turns = new Turns("test");
      const take = (name: string) =>
        startTask(function* () {
          yield* awaited(coroutine(() => turns.take())());
          log.push(`${name} begins`);
          yield* awaited(sleep(1));
          log.push(`${name} ends`);
          turns.pass();
        });
      const [, second] = [take("a"), take("b"), take("c")];
      yield* awaited(sleep(0));
      second?.cancel();
      yield* errorOf(second as PromiseLike<unknown>);
      yield* awaited(sleep(5));
      log.push(String(turns.taken));
    });
    expect(log).toEqual(["a begins", "a ends", "c begins", "c ends", "false"]);
  });

  test("are not taken by a newcomer between the hand-over and the turn of the next one", async () => {
    const log = await logOf(function* (log) {
      const turns = new Turns("test");
      const take = (name: string) =>
        startTask(function* () {
          yield* awaited(coroutine(() => turns.take())());
          log.push(name);
          turns.pass();
        });
      yield* awaited(coroutine(() => turns.take())());
      const first = take("first");
      yield* awaited(sleep(0));
      turns.pass();
      const newcomer = coroutine(() => turns.take())();
      yield* awaited(newcomer);
      log.push("newcomer");
      turns.pass();
      yield* awaited(first);
    });
    expect(log).toEqual(["first", "newcomer"]);
  });
});
