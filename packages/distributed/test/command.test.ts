import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@asyncio-ts/task";
import { expect, it, onTestFinished } from "vitest";
import { command } from "../src/command.js";
import { Command } from "./support/command.js";
import { freePort } from "@asyncio-ts/testkit/installed";
import { Fixture, suite, unless, withoutRedis } from "./support/redis.js";

const fixture = new Fixture();

/** Runs the command in this process, without a worker. */
async function printed(...args: string[]): Promise<[code: number, text: string]> {
  let text = "";
  const write = (line: string): void => void (text += `${line}\n`);
  const code = await command(args, { out: write, error: write, onSignal() {}, exit() {} });
  return [code, text];
}

withoutRedis("the command asyncio-ts-worker", () => {
  it("explains itself", async () => {
    const [code, text] = await printed("--help");
    expect(code).toBe(0);
    for (const option of ["--queue", "--redis", "--concurrency", "--isolation", "--grace", "--health"]) {
      expect(text).toContain(option);
    }
  });

  it("tells its version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
    expect(await printed("--version")).toEqual([0, `${version}\n`]);
  });

  it("refuses options that make no sense", async () => {
    expect(await printed("work.js")).toEqual([
      2,
      expect.stringContaining("required option '--queue <name>'"),
    ]);
    expect(await printed("work.js", "--queue", "q", "--grace", "soon")).toEqual([
      2,
      expect.stringContaining("whole number"),
    ]);
    expect(await printed("work.js", "--queue", "q", "--isolation", "vm")).toEqual([
      2,
      expect.stringContaining("task, thread"),
    ]);
    expect(await printed("work.js", "--queue", "a:b")).toEqual([
      1,
      expect.stringContaining("without colons"),
    ]);
  });
});

suite(`a process of the command${unless}`, () => {
  it("prints a line for each job, and drains at SIGTERM", () =>
    run(async () => {
      const worker = await Command.start(fixture.url, fixture.queue, "--concurrency", "2");
      const pool = fixture.pool();
      await pool.submit("add", 1, 2);
      await pool.submit("fail", "no").catch(() => {});
      const running = pool.submit("pass", fixture.url, "gate");
      await fixture.noted("gate");
      worker.child.kill("SIGTERM");
      await worker.printed("SIGTERM: takes no more jobs");
      const late = pool.submit("add", 1, 2);
      await fixture.redis.rpush("gate", "open");
      expect(await running).toBe("passed");
      expect(await worker.exit()).toBe(0);
      expect(late.done()).toBe(false);
      expect(worker.output).toMatch(/Z add\(\) [-\w]+ completed after \d+ ms\n/);
      expect(worker.output).toMatch(/Z fail\(\) [-\w]+ failed \(no\) after \d+ ms\n/);
      late.cancel();
    }));

  it("gives jobs back when its grace is over, and that is no attempt", () =>
    run(async () => {
      const first = await Command.start(fixture.url, fixture.queue, "--grace", "10");
      const job = fixture.pool({ retries: 0 }).submit("hangAtFirst", fixture.url, "given", 1);
      await fixture.noted("given");
      expect(await first.end("SIGTERM")).toBe(0);
      expect(first.output).toContain("was given back");
      await fixture.worker();
      expect(await job).toBe(2);
    }));

  it("stops at once at the second signal", () =>
    run(async () => {
      const worker = await Command.start(fixture.url, fixture.queue);
      const job = fixture.pool({ lease: 3000 }).submit("hang", fixture.url, "second");
      await fixture.noted("second");
      worker.child.kill("SIGTERM");
      await worker.printed("takes no more jobs");
      expect(await worker.end("SIGINT")).toBe(1);
      expect(job.done()).toBe(false);
      await fixture.workerIsDead(job);
    }));

  it("ends at a signal while its module loads", async () => {
    const module = `${mkdtempSync(join(tmpdir(), "asyncio-ts-distributed-"))}/loads.mjs`;
    onTestFinished(() => rmSync(dirname(module), { recursive: true }));
    writeFileSync(
      module,
      'console.log("loading"); setInterval(() => {}, 1000); await new Promise(() => {});',
    );
    const args = ["--queue", fixture.queue, "--redis", fixture.url, "--isolation", "task"];
    const worker = new Command(module, ...args);
    await worker.printed("loading");
    expect(await worker.end("SIGTERM")).toBe(0);
    expect(worker.output).not.toContain("ready:");
  });

  it("tells how it is", () =>
    run(async () => {
      const port = await freePort();
      const worker = await Command.start(fixture.url, fixture.queue, "--health", String(port), "--quiet");
      const ask = async () => {
        const response = await fetch(`http://127.0.0.1:${port}/`);
        return [response.status, (await response.json()) as { state: string }] as const;
      };
      const pool = fixture.pool({ lease: 3000 });
      await pool.submit("add", 1, 2);
      expect(await ask()).toEqual([
        200,
        expect.objectContaining({ state: "working", connected: true, completed: 1 }),
      ]);
      const job = pool.submit("hang", fixture.url, "health");
      await fixture.noted("health");
      worker.child.kill("SIGTERM");
      await worker.printed("takes no more jobs");
      expect(await ask()).toEqual([503, expect.objectContaining({ state: "draining", running: 1 })]);
      await worker.end("SIGKILL");
      await fixture.workerIsDead(job);
      expect(worker.output).not.toContain("completed after");
    }));

  it("ends with an error if its module can't be loaded, or Redis can't be reached", async () => {
    const args = ["--queue", "q", "--redis", fixture.url];
    const none = new Command("./no-such-module.js", ...args, "--isolation", "task");
    expect(await none.exit()).toBe(1);
    expect(none.output).toMatch(/asyncio-ts-worker: .*no-such-module\.js/);
  });
});
