import { all, coroutine, isCancelled, run, sleep, timeout, TimeoutError } from "asyncio-ts";

// Stands for a query, which the database stops when the task is cancelled.
const query = coroutine(function* (table: string, milliseconds: number) {
  try {
    yield* sleep(milliseconds);
    console.log(`  ${table}: read`);
  } catch (error) {
    if (isCancelled(error)) console.log(`  ${table}: stopped`);
    throw error;
  }
});

const accountPage = coroutine(function* (customer: string) {
  yield* query("customers", 200);
  yield* all([
    query("orders", 300),
    query("invoices", customer === "Ann" ? 400 : 9000),
    query("messages", customer === "Ann" ? 500 : 9000),
  ]);
  return `the page of ${customer}`;
});

const answer = coroutine(function* (customer: string) {
  try {
    return `200 ${yield* timeout(1000).with(accountPage(customer))}`;
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return "504 too slow";
  }
});

await run(function* () {
  for (const customer of ["Ann", "Bob"]) {
    console.log(`GET /account/${customer}`);
    console.log(`  ${yield* answer(customer)}`);
  }
});
