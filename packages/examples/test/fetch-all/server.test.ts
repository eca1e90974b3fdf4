import { describe, expect, it, vi } from "vitest";
import { UnreliableServer } from "../../src/fetch-all/server.js";

async function statuses(server: UnreliableServer, path: string, number = 1): Promise<number[]> {
  const got: number[] = [];
  for (let i = 0; i < number; i++) {
    const response = await fetch(server.origin + path);
    await response.text();
    got.push(response.status);
  }
  return got;
}

describe("UnreliableServer", () => {
  it("answers as the path says", async () => {
    await using server = await UnreliableServer.start(1);
    expect(await statuses(server, "/quick/1")).toEqual([200]);
    expect(await statuses(server, "/slow/1")).toEqual([200]);
    expect(await statuses(server, "/flaky/1", 4)).toEqual([503, 503, 200, 200]);
    expect(await statuses(server, "/flaky/2", 1)).toEqual([503]);
    expect(await statuses(server, "/broken/1", 4)).toEqual([500, 500, 500, 500]);
    expect(await statuses(server, "/nothing")).toEqual([404]);
  });

  it("hangs up on everybody when it is disposed of", async () => {
    const server = await UnreliableServer.start();
    const hanging = fetch(`${server.origin}/hanging/1`);
    const hungUp = expect(hanging).rejects.toThrow(TypeError);
    await statuses(server, "/quick/1");
    await vi.waitFor(async () => expect(await server.connections()).toBe(2), { timeout: 100_000 });
    await server[Symbol.asyncDispose]();
    await hungUp;
    expect(await server.connections()).toBe(0);
  });
});
