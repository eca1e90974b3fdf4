import { Console, Data, Effect } from "effect";

class NotFound extends Data.TaggedError("NotFound")<{ message: string }> {}

const missing = (page: string) => new NotFound({ message: `there is no ${page}` });

const load = (page: string, ms: number) =>
  Effect.gen(function* () {
    yield* Effect.sleep(ms);
    if (page === "/news") return yield* missing(page);
    yield* Console.log(`${page}: loaded`);
    return page.length;
  }).pipe(
    Effect.onInterrupt(() => Console.log(`${page}: interrupted`)),
    Effect.ensuring(Console.log(`${page}: closed`)),
  );

const loads = [load("/", 300), load("/news", 500), load("/about", 900)];
const site = Effect.all(loads, { concurrency: "unbounded" });

const program = site.pipe(
  Effect.map((lengths) => `lengths: ${lengths}`),
  Effect.catchTag("NotFound", (error) => Effect.succeed(error.message)),
  Effect.timeout("2 seconds"),
  Effect.tap(Console.log),
);

await Effect.runPromise(program);
