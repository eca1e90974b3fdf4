import { readFileSync } from "node:fs";
import { CancelledError } from "@asyncio-ts/future";
import { abortable, createTask, TimeoutError, waitFor } from "@asyncio-ts/task";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { calls, type Start } from "../src/calls.js";
import { SilentServers } from "../src/silent-servers.js";

interface Row {
  readonly name: string;
  readonly line: string;
  readonly rejectsWith: string;
}

/** Reads the rows of the table in `docs/libraries.md`. */
function rowsOfPage(): Row[] {
  const page = readFileSync(new URL("../../../docs/libraries.md", import.meta.url), "utf8");
  const rows = page.matchAll(/^\| ([^|]+?) +\| (`abortable[^|]+?) *\| ([^|]+?) *\|$/gm);
  return Array.from(rows, ([, name = "", line = "", rejectsWith = ""]) => ({
    name: name.replaceAll("`", ""),
    line: line.replaceAll("`", ""),
    rejectsWith,
  }));
}

/** Code without what depends on how it is laid out. */
function bare(code: string): string {
  return code.replaceAll(/\s/g, "").replaceAll(/[,;]([)}])/g, "$1");
}

/** Describes an error as the page does. */
function described(error: unknown, reason: unknown): string {
  if (error === reason) return "the reason itself";
  const { name, message, code, cause, constructor } = error as Error & { code?: unknown };
  const parts =
    name !== "Error"
      ? [`\`${name}\``]
      : constructor === Error
        ? [`\`Error\`: ${message}`]
        : [`\`${constructor.name}\``, "whose `name` is `Error`"];
  if (typeof code === "string") parts.push(`code \`${code}\``);
  if (cause === reason) parts.push("its `cause` is the reason");
  return parts.join(", ");
}

let servers: SilentServers;

beforeAll(async () => {
  servers = await SilentServers.start();
});

afterAll(() => servers[Symbol.asyncDispose]());

const rows = rowsOfPage();

async function startOf(name: string): Promise<Start> {
  const prepare = calls[name];
  if (prepare === undefined) throw new Error(`there is no call of ${name}`);
  return prepare(servers);
}

test("the page has all the calls, in the order of this package", () => {
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(calls));
});

describe.each(rows)("$name", ({ name, line, rejectsWith }) => {
  test("is called by the line of the page", () => {
    const source = bare(readFileSync(new URL("../src/calls.ts", import.meta.url), "utf8"));
    const start = bare(line)
      .replace(/^abortable\(/, "")
      .replace(/\)$/, "");
    expect(source).toContain(start);
  });

  test("times out", async () => {
    const start = await startOf(name);
    await expect(waitFor(() => abortable(start), 50)).rejects.toBeInstanceOf(TimeoutError);
  });

  test("rejects with what the page says, which counts as the cancellation", async () => {
    const start = await startOf(name);
    let reason: unknown;
    let rejection: unknown;
    let begun!: () => void;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const task = createTask(() =>
      abortable(async (signal) => {
        try {
          const result = start(signal);
          begun();
          return await result;
        } catch (error) {
          ({ reason } = signal);
          rejection = error;
          throw error;
        }
      }),
    );
    await hasBegun;
    task.cancel("enough");
    const error: unknown = await task.then(String, (error: unknown) => error);
    expect(described(rejection, reason)).toBe(rejectsWith);
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as CancelledError).message).toBe((reason as CancelledError).message);
    const dropped = rejection === reason || (rejection as Error).name === "AbortError";
    expect((error as CancelledError).cause).toBe(dropped ? undefined : rejection);
  });
});
