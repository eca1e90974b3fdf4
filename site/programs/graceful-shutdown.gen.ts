import * as asyncio from "asyncio-ts";

type Order = readonly [name: string, milliseconds: number];
const received: readonly Order[] = [
  ["a book", 400],
  ["a lamp", 900],
  ["a sofa", 9000],
];

// Stands for a handler that packs an order.
const pack = asyncio.coroutine(function* ([name, milliseconds]: Order) {
  try {
    yield* asyncio.sleep(milliseconds);
    console.log(`${name}: packed`);
  } catch (error) {
    if (asyncio.isCancelled(error)) console.log(`${name}: stopped, and put back`);
    throw error;
  }
});

const packAll = asyncio.coroutine(function* (orders: asyncio.Queue<Order>) {
  yield* new asyncio.TaskGroup().with(function* (group) {
    yield* asyncio.iterate(orders).each((order) => {
      group.createTask(pack(order), { name: order[0] });
    });
  });
});

const serve = asyncio.coroutine(function* (orders: asyncio.Queue<Order>) {
  const packing = asyncio.createTask(packAll(orders), { name: "packing" });
  try {
    yield* asyncio.shield(packing);
  } finally {
    console.log("no new orders, and one second for the others");
    orders.shutdown();
    yield* asyncio.moveOnAfter(1000).with(() => packing);
  }
});

await asyncio.run(function* () {
  const orders = new asyncio.Queue<Order>();
  for (const order of received) yield* orders.put(order);
  const server = asyncio.createTask(serve(orders), { name: "server" });
  asyncio.getRunningLoop().callLater(500, () => server.cancel()); // Stands for SIGTERM.
  try {
    yield* server;
  } catch (error) {
    if (!asyncio.isCancelled(error)) throw error;
  } finally {
    console.log("the database is closed");
  }
});
