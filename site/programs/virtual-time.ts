import { createTask, Event, getRunningLoop, moveOnAfter, run, sleep } from "asyncio-ts";
import { virtualLoop } from "@asyncio-ts/loop/testing";

const MINUTE = 60_000;

/** The code under test. Ends when there was no click for half an hour. */
const session = async (clicked: Event) => {
  let isActive = true;
  while (isActive) {
    clicked.clear();
    const quiet = moveOnAfter(30 * MINUTE);
    await quiet.with(() => clicked.wait());
    isActive = !quiet.expired();
  }
};

const test = async (name: string, body: () => Promise<void>) => {
  await run(body, { loopFactory: virtualLoop });
  console.log(`passed: ${name}`);
};

const isAfter = (minutes: number) => {
  const now = getRunningLoop().time() / MINUTE;
  if (now !== minutes) throw new Error(`it is minute ${now} in place of ${minutes}`);
};

await test("a session ends after half an hour", async () => {
  await session(new Event());
  isAfter(30);
});

await test("each click gives it half an hour more", async () => {
  const clicked = new Event();
  const open = createTask(() => session(clicked));
  for (let clicks = 0; clicks < 72; clicks++) {
    await sleep(20 * MINUTE);
    clicked.set();
  }
  await open;
  isAfter(24 * 60 + 30);
});
