import * as asyncio from "asyncio-ts";

// Stands for a handler that packs an order.
const pack = asyncio.coroutine(function* (order: string, milliseconds: number) {
  try {
    yield* asyncio.sleep(milliseconds);
    console.log(`${order}: packed`);
  } catch (error) {
    if (asyncio.isCancelled(error)) console.log(`${order}: stopped, and put back`);
    throw error;
  }
});

const serve = asyncio.coroutine(function* (orders: asyncio.Queue<readonly [string, number]>) {
  const packing = asyncio.createTask(
    new asyncio.TaskGroup().with(function* (group) {
      yield* asyncio.iterate(orders).each(([order, milliseconds]) => {
        group.createTask(pack(order, milliseconds), { name: order });
      });
    }),
  );
  try {
    yield* asyncio.shield(packing);
  } finally {
    console.log("shutting down: no new orders, one second for the others");
    orders.shutdown();
    yield* asyncio.moveOnAfter(1000).with(() => packing);
    console.log("the database is closed");
  }
});

await asyncio.run(function* () {
  const orders = new asyncio.Queue<readonly [string, number]>();
  const server = asyncio.createTask(serve(orders));
  yield* orders.put(["a book", 400]);
  yield* orders.put(["a lamp", 900]);
  yield* orders.put(["a sofa", 9000]);
  yield* asyncio.sleep(500);
  server.cancel(); // Stands for SIGTERM, which cancels the main task.
  yield* asyncio.wait([server]);
});
