import { sleep, timeout } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { kinds } from "./support/two-kinds.js";

describe.each(kinds)("timeout with %s", (_kind, { define, until, play }) => {
  it("shows its deadline while it runs", () =>
    play(function* () {
      yield* until(sleep(50));
      const shown: string[] = [];
      const deadline = timeout(10_000);
      yield* until(
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
