import { sleep, timeout } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { awaited, bothKinds } from "@asyncio-ts/testkit";

describe.each(bothKinds)("timeout with %s", ({ define, runProgram }) => {
  it("shows its deadline while it runs", () =>
    runProgram(function* () {
      yield* awaited(sleep(50));
      const shown: string[] = [];
      const deadline = timeout(10_000);
      yield* awaited(
        deadline.with(
          define(function* () {
            shown.push(String(deadline));
            deadline.reschedule(20_000);
            shown.push(String(deadline));
            deadline.reschedule(null);
            shown.push(String(deadline));
          }),
        ),
      );
      expect(shown).toEqual([
        expect.stringMatching(/^<Timeout entered.*10050/),
        expect.stringMatching(/^<Timeout entered.*20000/),
        expect.stringMatching(/^<Timeout entered.*(no deadline|null)/),
      ]);
    }));
});
