// What waits for the runtime alone is no deadlock, under a top-level await and however busy the thread is.
import { Future } from "@asyncio-ts/future";
import { run } from "@asyncio-ts/task";

const wakers: Record<string, (wake: () => void) => void> = {
  timer: (wake) => setTimeout(wake, 700),
  message(wake) {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      wake();
    });
    port1.start();
    setTimeout(() => port2.postMessage(undefined), 500);
  },
  "busy timers": (wake) => {
    const end = performance.now() + 2500;
    const work = (): void => {
      const now = performance.now();
      while (performance.now() < now + 5);
      if (now < end) setTimeout(work, now % 100 < 50 ? 1 : 20);
      else wake();
    };
    work();
  },
};
for (const [name, begin] of Object.entries(wakers)) {
  await run(async () => {
    const woken = new Future<void>();
    begin(() => woken.setResult());
    await woken;
    console.log(name);
  });
}
// prints: timer
// prints: message
// prints: busy timers
