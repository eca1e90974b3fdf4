import { isCancelled, run, sleep, TaskGroup } from "asyncio-ts";

// Stands for a mail server.
const sendMail = async (name: string) => {
  await sleep(400);
  if (name === "Bob") throw new Error("there is no such mailbox");
  console.log(`  mail to ${name}: sent`);
};

/** Starts `body` in a group. Its errors go to the log, since nobody waits for it. */
const inBackground = (group: TaskGroup, name: string, body: () => Promise<void>) =>
  group.createTask(
    async () => {
      try {
        await body();
      } catch (error) {
        if (isCancelled(error)) throw error;
        console.log(`  ${name}: ${(error as Error).message}`);
      }
    },
    { name },
  );

const signUp = async (name: string, background: TaskGroup) => {
  await sleep(100); // Stands for writing into the database.
  inBackground(background, `mail to ${name}`, () => sendMail(name));
  return `201 welcome, ${name}`;
};

await run(() =>
  new TaskGroup().with(async (background) => {
    for (const name of ["Ann", "Bob", "Cem"]) {
      console.log(await signUp(name, background));
    }
    console.log("the server stops, and waits for what it has begun");
  }),
);
console.log("the server has stopped");
