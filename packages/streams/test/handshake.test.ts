import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type * as Tls from "node:tls";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { ConnectionError } from "@asyncio-ts/streams";
import { run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";
import { beginTls } from "../src/handshake.js";

/** A socket whose events a test plays. */
class Played extends EventEmitter {
  closed = false;
  destroyed = false;

  destroy(): void {
    this.destroyed = true;
    process.nextTick(() => {
      this.closed = true;
      this.emit("close");
    });
  }
}

function begin(raw: Played, secure: Played) {
  const tls = { connect: () => secure } as unknown as typeof Tls;
  return beginTls(tls, raw as unknown as Socket, {}, "localhost", 1000, "localhost:443");
}

describe.each(bothKinds)("a handshake, in %s,", ({ body }) => {
  it("fails when the connection is closed without an error", () =>
    run(
      body(function* () {
        const raw = new Played();
        const handshake = begin(raw, new Played());
        raw.destroy();
        const error = (yield* errorOf(handshake)) as ConnectionError;
        expect(error).toBeInstanceOf(ConnectionError);
        expect([error.code, error.message]).toEqual([
          "ECONNRESET",
          "the TLS handshake with localhost:443 failed: the connection was closed",
        ]);
        expect(handshake.cancel()).toBe(false);
      }),
    ));

  it("that ends too late leaves no secure socket", () =>
    run(
      body(function* () {
        const [raw, secure] = [new Played(), new Played()];
        const handshake = begin(raw, secure);
        yield* awaited(sleep(999));
        expect([handshake.done(), raw.destroyed]).toEqual([false, false]);
        yield* awaited(sleep(2));
        secure.emit("secureConnect");
        expect([raw.destroyed, secure.destroyed]).toEqual([true, true]);
        const error = (yield* errorOf(handshake)) as ConnectionError;
        expect(error.message).toBe("the TLS handshake with localhost:443 took longer than 1000 ms");
      }),
      { loopFactory: virtualLoop },
    ));
});
