// Source, doubler and sink over two bounded queues, without a timer.
import { coroutine } from "@asyncio-ts/coroutine";
import { Queue, QueueShutDown } from "@asyncio-ts/sync";
import { gather } from "@asyncio-ts/task";

const source = coroutine(function* (target: Queue<number>) {
  for (let item = 0; item < 5; item += 1) {
    console.log("source sends", item);
    yield* target.put(item);
  }
  target.shutdown();
  console.log("source ends");
});

const doubler = coroutine(function* (origin: Queue<number>, target: Queue<number>) {
  while (true) {
    let item: number;
    try {
      item = yield* origin.get();
    } catch (error) {
      if (!(error instanceof QueueShutDown)) throw error;
      break;
    }
    console.log("doubler takes", item);
    yield* target.put(item * 2);
  }
  target.shutdown();
  console.log("doubler ends");
});

const sink = coroutine(function* (origin: Queue<number>) {
  let total = 0;
  while (true) {
    let item: number;
    try {
      item = yield* origin.get();
    } catch (error) {
      if (!(error instanceof QueueShutDown)) throw error;
      return total;
    }
    console.log("sink takes", item);
    total += item;
  }
});

export const main = coroutine(function* () {
  const raw = new Queue<number>(1);
  const doubled = new Queue<number>(2);
  const results = yield* gather([sink(doubled), doubler(raw, doubled), source(raw)]);
  console.log("total", results[0]);
});
