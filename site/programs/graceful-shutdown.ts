import * as asyncio from "asyncio-ts";

type Order = readonly [name: string, milliseconds: number];
const received: readonly Order[] = [
  ["a book", 400],
  ["a lamp", 900],
  ["a sofa", 9000],
];

// Stands for a handler that packs an order.
const pack = async ([name, milliseconds]: Order) => {
  try {
    await asyncio.sleep(milliseconds);
    console.log(`${name}: packed`);
  } catch (error) {
    if (asyncio.isCancelled(error)) console.log(`${name}: stopped, and put back`);
    throw error;
  }
};

const packAll = async (orders: asyncio.Queue<Order>) => {
  await new asyncio.TaskGroup().with(async (group) => {
    for await (const order of orders) group.createTask(() => pack(order), { name: order[0] });
  });
};

const serve = async (orders: asyncio.Queue<Order>) => {
  const packing = asyncio.createTask(() => packAll(orders), { name: "packing" });
  try {
    await asyncio.shield(packing);
  } finally {
    console.log("no new orders, and one second for the others");
    orders.shutdown();
    await asyncio.moveOnAfter(1000).with(() => packing);
  }
};

await asyncio.run(async () => {
  const orders = new asyncio.Queue<Order>();
  for (const order of received) await orders.put(order);
  const server = asyncio.createTask(() => serve(orders), { name: "server" });
  asyncio.getRunningLoop().callLater(500, () => server.cancel()); // Stands for SIGTERM.
  try {
    await server;
  } catch (error) {
    if (!asyncio.isCancelled(error)) throw error;
  } finally {
    console.log("the database is closed");
  }
});
