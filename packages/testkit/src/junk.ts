/** Arguments that are none, and what a call makes of them. */
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run, waitFor } from "@asyncio-ts/task";

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

export type Junk =
  | "undefined"
  | "null"
  | "NaN"
  | "-1"
  | "0.5"
  | "true"
  | "text"
  | "symbol"
  | "object"
  | "array"
  | "date"
  | "function"
  | "async generator"
  | "proxy";

/** Each made anew for each call. */
export const junk: Readonly<Record<Junk, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  "-1": () => -1,
  "0.5": () => 0.5,
  true: () => true,
  text: () => "text",
  symbol: () => Symbol("s"),
  object: () => ({}),
  array: () => [],
  date: () => new Date(0),
  function: () => () => {},
  "async generator": () => (async function* () {})(),
  proxy: revoked,
};

/**
 * A call with one argument that may be junk: its name, as it must be in errors, and for which values it
 * works.
 */
export type Call = readonly [name: string, accepts: readonly Junk[], call: (value: never) => unknown];

/**
 * Returns the junk that a call accepts. Throws if it is refused in another way than by an error that says
 * what is wrong.
 */
export async function acceptedBy([name, , call]: Call): Promise<Junk[]> {
  const accepted: Junk[] = [];
  for (const [kind, make] of Object.entries(junk)) {
    try {
      await run(
        async () => {
          const returned = call(make() as never);
          if (isPending(returned)) await waitFor(returned, 10_000);
        },
        { loopFactory: virtualLoop },
      );
      accepted.push(kind as Junk);
    } catch (error) {
      if (!isClear(error, name)) throw new Error(`${name} of ${kind}: ${error as Error}`, { cause: error });
    }
  }
  return accepted;
}

/** What V8 and JavaScriptCore say of a value that is used without having been looked at. */
const UNCLEAR =
  /Cannot read prop|is not a function|is not iterable|Cannot convert|reading '|is not an object|\(evaluating '/;

function isPending(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}

function isClear(error: unknown, name: string): boolean {
  if (error instanceof AggregateError) return error.errors.every((one) => isClear(one, name));
  if (!(error instanceof TypeError || error instanceof RangeError)) return false;
  // The engine's own error about a proxy is as clear as can be.
  if (/\bproxy\b.*\brevoked\b/i.test(error.message)) return true;
  if (UNCLEAR.test(error.message)) return false;
  return error.message.includes(name);
}
