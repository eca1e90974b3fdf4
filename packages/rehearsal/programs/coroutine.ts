// @asyncio-ts/coroutine alone, in both kinds of coroutine.
import { coroutine } from "@asyncio-ts/coroutine";

const one = coroutine(async () => 1);
const two = coroutine(function* () {
  return 1 + (yield* one());
});

void two().then((got) => console.log(got === 2 ? "ok" : got));
