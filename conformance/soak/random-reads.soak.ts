import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { run } from "@asyncio-ts/task";
import { bothKinds } from "@asyncio-ts/testkit";
import { expect, it } from "vitest";
import { inAsyncFunction, inGenerator, recordedIn, replay } from "../readers/replay.js";
import { numberFrom, python, reason } from "../test/support/random-programs.js";

const script = fileURLToPath(new URL("../readers/record.py", import.meta.url));
/** Seeds in one process of Python. */
const BATCH = 1000;

it.skipIf(python === null)(`random reads return what CPython's do${reason}`, { timeout: 0 }, async () => {
  const count = numberFrom("SOAK_PROGRAMS") ?? 10_000;
  const first = numberFrom("SOAK_SEED") ?? Date.now() % 2 ** 31;
  console.log(`${count} readers from seed ${first}; repeat them with SOAK_SEED=${first}`);
  for (let done = 0; done < count; done += BATCH) {
    const seeds = [String(first + done), String(Math.min(BATCH, count - done))];
    const { stdout } = await promisify(execFile)(python as string, [script, ...seeds], {
      maxBuffer: 2 ** 28,
    });
    for (const [index, start] of [inAsyncFunction, inGenerator].entries()) {
      await run(
        (bothKinds[index] as (typeof bothKinds)[0]).body(function* () {
          for (const each of recordedIn(stdout)) {
            expect(yield* replay(each, start), `seed ${each.seed}`).toEqual(each.log);
          }
        }),
      );
    }
  }
});
