import { ConnectionError, openConnection } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

describe.each(bothKinds)("openConnection(), in %s,", ({ body }) => {
  // The name stands for one address on some machines, and for two on others.
  it.each([
    ["127.0.0.1", "127.0.0.1:1"],
    ["::1", "[::1]:1"],
    ["localhost", "localhost:1"],
  ])("names the place and the reason when %s refuses", (host, place) =>
    run(
      body(function* () {
        const error = (yield* errorOf(openConnection(host, 1))) as ConnectionError;
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error.code).toMatch(/^E[A-Z]+$/);
        expect(error.message).toContain(`can't connect to ${place}: `);
        expect(error.message).toContain(error.code);
        expect(error.cause).toBeInstanceOf(Error);
      }),
    ),
  );

  it("refuses a name of the server that is none", () =>
    run(
      body(function* () {
        yield* awaited(Promise.resolve());
        expect(() => openConnection("localhost", 1, { tls: true, serverHostname: 1 as never })).toThrow(
          new TypeError("openConnection() needs a serverHostname that is a string, got 1"),
        );
      }),
    ));
});
