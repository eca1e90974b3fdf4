import { createTask, isCancelled, moveOnAfter, Queue, run, shield, sleep, TaskGroup, wait } from "asyncio-ts";

// Stands for a handler that packs an order.
const pack = async (order: string, milliseconds: number) => {
  try {
    await sleep(milliseconds);
    console.log(`${order}: packed`);
  } catch (error) {
    if (isCancelled(error)) console.log(`${order}: stopped, and put back`);
    throw error;
  }
};

const serve = async (orders: Queue<readonly [string, number]>) => {
  const packing = createTask(() =>
    new TaskGroup().with(async (group) => {
      for await (const [order, milliseconds] of orders) {
        group.createTask(() => pack(order, milliseconds), { name: order });
      }
    }),
  );
  try {
    await shield(packing);
  } finally {
    console.log("shutting down: no new orders, one second for the others");
    orders.shutdown();
    await moveOnAfter(1000).with(() => packing);
    console.log("the database is closed");
  }
};

await run(async () => {
  const orders = new Queue<readonly [string, number]>();
  const server = createTask(() => serve(orders));
  await orders.put(["a book", 400]);
  await orders.put(["a lamp", 900]);
  await orders.put(["a sofa", 9000]);
  await sleep(500);
  server.cancel(); // Stands for SIGTERM, which cancels the main task.
  await wait([server]);
});
