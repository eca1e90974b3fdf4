import { setTimeout as sleep } from "node:timers/promises";
import PQueue from "p-queue";

async function send(mail: string, ms: number) {
  console.log(`${mail}: begun`);
  await sleep(ms);
  console.log(`${mail}: sent`);
}

const queue = new PQueue({ concurrency: 2, autoStart: false });
void queue.add(() => send("newsletter", 500));
void queue.add(() => send("digest", 200));
void queue.add(() => send("receipt", 300), { priority: 1 });
void queue.add(() => send("password", 400), { priority: 2 });

queue.start();
await queue.onIdle();
console.log("all sent");
