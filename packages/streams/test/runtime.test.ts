import { openConnection, startUnixServer } from "@asyncio-ts/streams";
import { run } from "@asyncio-ts/task";
import { errorOf, awaited, bothKinds } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";

describe.each(bothKinds)("without node:net, in %s,", ({ body }) => {
  afterEach(() => void vi.restoreAllMocks());

  it.each([
    ["openConnection", () => openConnection("127.0.0.1", 1)],
    ["startUnixServer", () => startUnixServer(() => {}, "/tmp/none.sock")],
  ] as const)("%s() says what it needs", (name, call) =>
    run(
      body(function* () {
        yield* awaited(Promise.resolve());
        const { getBuiltinModule } = process;
        vi.spyOn(process, "getBuiltinModule").mockImplementation(
          (id: string) => (id === "node:net" ? undefined : getBuiltinModule(id)) as never,
        );
        expect(String(yield* errorOf(call()))).toContain(
          `Error: ${name}() needs Node (20.19 or newer), Bun or Deno: this runtime has no module node:net`,
        );
      }),
    ),
  );
});
