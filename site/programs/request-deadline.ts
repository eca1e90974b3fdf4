import { all, isCancelled, run, sleep, timeout, TimeoutError } from "asyncio-ts";

// Stands for a query, which the database stops when the task is cancelled.
const query = async (table: string, milliseconds: number) => {
  try {
    await sleep(milliseconds);
    console.log(`  ${table}: read`);
  } catch (error) {
    if (isCancelled(error)) console.log(`  ${table}: stopped`);
    throw error;
  }
};

const accountPage = async (customer: string) => {
  await query("customers", 200);
  await all([
    () => query("orders", 300),
    () => query("invoices", customer === "Ann" ? 400 : 9000),
    () => query("messages", customer === "Ann" ? 500 : 9000),
  ]);
  return `the page of ${customer}`;
};

const answer = async (customer: string) => {
  try {
    return `200 ${await timeout(1000).with(() => accountPage(customer))}`;
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return "504 too slow";
  }
};

await run(async () => {
  for (const customer of ["Ann", "Bob"]) {
    console.log(`GET /account/${customer}`);
    console.log(`  ${await answer(customer)}`);
  }
});
