// What the runtime calls while tasks take their turns belongs to none of them.
import { createTask, currentTask, gather, run, sleep } from "@asyncio-ts/task";

const calls = new Map<string, number>();
const wrong = new Set<string>();
let over = false;

/** Has `again` cause one more call of the handler, and looks in each whose code it is. */
function watch(kind: string, again: (handler: () => void) => void): void {
  calls.set(kind, 0);
  const handler = (): void => {
    calls.set(kind, (calls.get(kind) as number) + 1);
    const task = currentTask();
    if (task !== undefined) wrong.add(`a ${kind} in ${task.name}`);
    if (!over) again(handler);
  };
  again(handler);
}

watch("timer", (handler) => setTimeout(handler, 0));
const { port1, port2 } = new MessageChannel();
let received = (): void => {};
port1.addEventListener("message", () => received());
port1.start();
watch("message", (handler) => {
  received = handler;
  // Not at once: some runtimes handle all messages, and responses of this kind, before anything else.
  setTimeout(() => port2.postMessage(undefined), 0);
});
watch("response", (handler) => setTimeout(() => void fetch("data:,").then(handler), 0));
// The driver of Chromium clicks on a page.
const { clickPage, document } = globalThis as {
  clickPage?: () => Promise<void>;
  document?: { onclick: () => void };
};
if (clickPage !== undefined && document !== undefined) {
  watch("click", (handler) => {
    document.onclick = handler;
    void clickPage();
  });
}

await run(async () => {
  const steps = async (): Promise<void> => {
    for (let i = 0; Math.min(...calls.values()) < 20; i++) {
      for (let deep = 0; deep < 5; deep++) await undefined;
      await sleep(i % 10 === 0 ? 1 : 0);
    }
  };
  await gather(["a", "b", "c"].map((name) => createTask(steps, { name })));
});
over = true;
port1.close();
console.log([...wrong].join(", ") || "no task");
// prints: no task
