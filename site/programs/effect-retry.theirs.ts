import { Console, Data, Duration, Effect, Schedule } from "effect";

class Busy extends Data.TaggedError("Busy")<{ attempt: number }> {}

let attempt = 0;
const ask = Effect.gen(function* () {
  attempt += 1;
  yield* Console.log(`attempt ${attempt}`);
  if (attempt === 1) yield* Effect.sleep("1 minute");
  yield* Effect.sleep("50 millis");
  if (attempt < 4) return yield* new Busy({ attempt });
  return `answered at attempt ${attempt}`;
});

const policy = Schedule.exponential("100 millis");

const program = ask.pipe(
  Effect.timeout(Duration.millis(300)),
  Effect.tapError((error) => Console.log(error.name)),
  Effect.retry({ schedule: policy, times: 4 }),
  Effect.tap(Console.log),
);

await Effect.runPromise(program);
