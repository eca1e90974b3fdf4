import { coroutine, isCancelled, iterate, run, sleep, type Task, TaskGroup } from "asyncio-ts";

const search = coroutine(function* (text: string) {
  try {
    yield* sleep(150); // Waits for a pause in the typing.
    console.log(`  asking for "${text}"`);
    yield* sleep(600); // Stands for the request.
    console.log(`  showing what matches "${text}"`);
  } catch (error) {
    if (isCancelled(error)) console.log(`  "${text}" is out of date`);
    throw error;
  }
});

// Stands for the events of an input field.
const typing = async function* () {
  const typed = [
    ["o", 100],
    ["ot", 100],
    ["ott", 400],
    ["otter", 900],
  ] as const;
  for (const [text, pause] of typed) {
    yield text;
    await sleep(pause);
  }
};

await run(
  new TaskGroup().with(function* (group) {
    let latest: Task<void> | undefined;
    yield* iterate(typing()).each((text) => {
      console.log(`typed "${text}"`);
      latest?.cancel();
      latest = group.createTask(search(text), { name: text });
    });
  }),
);
