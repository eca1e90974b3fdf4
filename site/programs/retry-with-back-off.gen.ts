import { coroutine, retry, run, sleep, timeout, TimeoutError } from "asyncio-ts";

class CardDeclined extends Error {}

// Stands for a request to the bank, which is busy, then hangs, then works.
const charge = coroutine(function* (card: string, attempt: number) {
  yield* sleep(100);
  if (card === "old") throw new CardDeclined("the card has expired");
  if (attempt === 1) throw new Error("503, the bank is busy");
  if (attempt === 2) yield* sleep(60_000);
  return "receipt 4711";
});

const mayHelp = (error: unknown, attempt: number) => {
  const isSlow = error instanceof TimeoutError;
  console.log(`attempt ${attempt}: ${isSlow ? "no answer" : (error as Error).message}`);
  return !(error instanceof CardDeclined);
};

const pay = (card: string) =>
  retry((attempt) => timeout(500).with(charge(card, attempt)), {
    attempts: 5,
    delay: 300, // then 600, 1200, …
    when: mayHelp,
  });

await run(function* () {
  console.log(`the new card: ${yield* pay("new")}`);
  try {
    yield* pay("old");
  } catch (error) {
    if (!(error instanceof CardDeclined)) throw error;
    console.log("the old card: not tried again");
  }
});
