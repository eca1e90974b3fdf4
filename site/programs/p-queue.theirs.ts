import PQueue from "p-queue";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function send(mail: string, milliseconds: number) {
  console.log(`${mail}: begun`);
  await sleep(milliseconds);
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
