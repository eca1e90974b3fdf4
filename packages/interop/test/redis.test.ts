import { openConnection } from "@asyncio-ts/streams";
import { run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program as Steps, RandomNumbers } from "@asyncio-ts/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram, freePort } from "@asyncio-ts/testkit/installed";
import { Program, Scratch, Started, unless } from "./support/program.js";
import { RedisClient, type Reply } from "./support/redis-client.js";

const redis = findProgram("redis-server");
const started = new Started();
let port = 0;

beforeAll(async () => {
  if (redis === undefined) return;
  const scratch = started.add(await Scratch.create());
  port = await freePort();
  const server = started.add(
    new Program(
      redis,
      ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
      scratch.path,
    ),
  );
  await server.printed(/Ready to accept connections/);
});

afterAll(() => started[Symbol.asyncDispose]());

function* connect(): Steps<RedisClient> {
  return new RedisClient(yield* awaited(openConnection("127.0.0.1", port)));
}

function* disconnect(...clients: RedisClient[]): Steps<void> {
  for (const { writer } of clients) {
    writer.close();
    yield* awaited(writer.waitClosed());
  }
}

const suite = describe.skipIf(redis === undefined);
suite.each(bothKinds)(`Redis, with %s${unless(redis, "redis-server")}`, ({ body, startTask }) => {
  it("answers 100,000 pipelined commands", () =>
    run(
      body(function* () {
        const client = yield* connect();
        yield* client.call("DEL", "counter");
        const commands = 100_000;
        const sending = startTask(function* () {
          for (let i = 0; i < commands; i++) {
            client.send("INCR", "counter");
            if (i % 100 === 0) yield* awaited(client.writer.drain());
          }
        });
        let inOrder = 0;
        for (let i = 1; i <= commands; i++) if ((yield* client.reply()) === i) inOrder++;
        yield* awaited(sending);
        expect(inOrder).toBe(commands);
        expect(yield* client.call("GET", "counter")).toBe(String(commands));
        yield* disconnect(client);
      }),
    ));

  it("has values of any bytes and length, errors, and nested arrays", () =>
    run(
      body(function* () {
        const client = yield* connect();
        const long = "ü\r\n\0".repeat(200_000);
        expect(yield* client.call("SET", "long", long)).toBe("OK");
        expect((yield* client.call("GET", "long")) === long).toBe(true);
        expect(yield* client.call("GET", "nothing")).toBe(null);
        expect(yield* client.call("EVAL", "return {1, {'a', {}, false}, 'b'}", "0")).toEqual([
          1,
          ["a", [], null],
          "b",
        ]);
        expect(String(yield* client.call("NONSENSE"))).toContain("ERR unknown command");
        yield* disconnect(client);
      }),
    ));

  it("loses no item if the wait for BLPOP is cancelled, again and again", () =>
    run(
      body(function* () {
        const [consumer, producer] = [yield* connect(), yield* connect()];
        const numbers = new RandomNumbers(1);
        const got: Reply[] = [];
        let cancelled = 0;
        yield* producer.call("DEL", "jobs");
        for (let item = 0; item < 300; item++) {
          consumer.send("BLPOP", "jobs", "0");
          const waiting = startTask(() => consumer.reply());
          const pushing = startTask(() => producer.call("RPUSH", "jobs", `job ${item}`));
          // The cancellation comes before, while or after the reply arrives.
          for (let turns = numbers.below(40); turns > 0; turns--) yield* awaited(sleep(0));
          waiting.cancel();
          let reply: Reply;
          try {
            reply = yield* awaited(waiting);
          } catch {
            cancelled++;
            reply = yield* consumer.reply();
          }
          got.push((reply as Reply[])[1] as Reply);
          yield* awaited(pushing);
        }
        expect(got).toEqual(Array.from({ length: 300 }, (_, item) => `job ${item}`));
        expect(cancelled).toBeGreaterThan(0);
        expect(yield* producer.call("LLEN", "jobs")).toBe(0);
        yield* disconnect(consumer, producer);
      }),
    ));

  it("takes a cancelled BLPOP back, so that the item stays for others", () =>
    run(
      body(function* () {
        const [consumer, other] = [yield* connect(), yield* connect()];
        yield* other.call("DEL", "jobs");
        const id = String(yield* consumer.call("CLIENT", "ID"));
        consumer.send("BLPOP", "jobs", "0");
        const waiting = startTask(() => consumer.reply());
        yield* awaited(sleep(0));
        waiting.cancel();
        expect(String(yield* errorOf(waiting))).toContain("CancelledError");
        // 0 until the server has got the BLPOP.
        while ((yield* other.call("CLIENT", "UNBLOCK", id)) === 0);
        expect(yield* consumer.reply()).toBe(null);
        yield* other.call("RPUSH", "jobs", "a");
        expect(yield* consumer.call("BLPOP", "jobs", "0")).toEqual(["jobs", "a"]);
        yield* disconnect(consumer, other);
      }),
    ));
});
