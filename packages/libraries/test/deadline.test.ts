import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../dist/deadline.js", import.meta.url));

/** Runs the built program, and sends it `signal` once it says that it is calling. */
async function ended(args: readonly string[], signal?: NodeJS.Signals) {
  const child = spawn(process.execPath, [program, ...args], { timeout: 110_000 });
  let signalled = signal === undefined;
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (!signalled && out.includes("calling\n")) {
      signalled = true;
      child.kill(signal);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number | null];
  const lines = out.trimEnd().split("\n");
  return { code, err, calls: lines.slice(1, -1).map((line) => line.split(" ")[1]), last: lines.at(-1) };
}

const twelve = (name: string): string[] => Array.from({ length: 12 }, () => name);

test("twelve calls that get no answer end by one deadline, and leave nothing open", async () => {
  expect(await ended([])).toEqual({
    code: 0,
    err: "",
    calls: twelve("TimeoutError"),
    last: "left open: nothing",
  });
});

test("Ctrl-C ends all of them, with exit code 130", async ({ skip }) => {
  skip(process.platform === "win32", "on Windows no signal can be sent to a process");
  expect(await ended(["--forever"], "SIGINT")).toEqual({
    code: 130,
    err: "",
    calls: twelve("CancelledError"),
    last: "left open: nothing",
  });
});
