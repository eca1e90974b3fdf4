import { all, isCancelled, run, sleep } from "asyncio-ts";

// Stands for a request to one of the shop's services.
const ask = async (service: string, milliseconds: number) => {
  try {
    await sleep(milliseconds);
    const isThere = service !== "stock";
    console.log(`${service}: ${isThere ? "yes" : "no"}`);
    if (!isThere) throw new Error("the lamp is sold out");
  } catch (error) {
    if (isCancelled(error)) {
      await sleep(100); // Stands for taking the request back.
      console.log(`${service}: taken back`);
    }
    throw error;
  }
};

await run(async () => {
  try {
    await all([
      () => ask("address", 200),
      () => ask("stock", 500),
      () => ask("payment", 1500),
      () => ask("courier", 4000),
    ]);
    console.log("ordered");
  } catch (error) {
    console.log(`not ordered: ${(error as Error).message}`);
  }
});
