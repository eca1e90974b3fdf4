import { all, coroutine, isCancelled, run, sleep } from "asyncio-ts";

// Stands for a request to one of the shop's services.
const ask = coroutine(function* (service: string, milliseconds: number) {
  try {
    yield* sleep(milliseconds);
    const isThere = service !== "stock";
    console.log(`${service}: ${isThere ? "yes" : "no"}`);
    if (!isThere) throw new Error("the lamp is sold out");
  } catch (error) {
    if (isCancelled(error)) {
      yield* sleep(100); // Stands for taking the request back.
      console.log(`${service}: taken back`);
    }
    throw error;
  }
});

await run(function* () {
  try {
    yield* all([ask("address", 200), ask("stock", 500), ask("payment", 1500), ask("courier", 4000)]);
    console.log("ordered");
  } catch (error) {
    console.log(`not ordered: ${(error as Error).message}`);
  }
});
