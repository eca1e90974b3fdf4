import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Stage } from "../src/stage.js";

const { env } = process;
/** Connects to the port that its argument names, says so, and runs until it is killed. */
const connecting = `require("node:net").connect(process.argv[1], "127.0.0.1", () => console.log("connected"))`;

let stage: Stage;
let server: Server;
let port: string;
let connected: Promise<[Socket]>;

beforeEach(async () => {
  stage = new Stage();
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  port = String((server.address() as AddressInfo).port);
  connected = once(server, "connection") as Promise<[Socket]>;
});

afterEach(async () => {
  await stage.close();
  server.close();
});

/** Resolves when the process at the other end has been killed. */
async function end(socket: Socket): Promise<void> {
  socket.resume().on("error", () => {});
  await once(socket, "close");
}

function node(program: string, ...args: string[]): Promise<string> {
  return stage.run([process.execPath, "--eval", program, ...args], { folder: stage.folder, env });
}

describe("Stage", () => {
  it("returns what a command prints", async () => {
    expect(await node("console.log('printed')")).toBe("printed");
  });

  it("throws what a failing command has printed, without the name of its folder", async () => {
    const failing = node("console.log('out'); console.error(process.cwd()); process.exit(3)");
    await expect(failing).rejects.toThrow(/ended with 3\nout\n…$/);
  });

  it("throws for a command that can't be started", async () => {
    const missing = stage.run(["no-such-command"], { folder: stage.folder, env });
    await expect(missing).rejects.toThrow("ENOENT");
  });

  it("kills what a command leaves behind", async () => {
    const leaving = `
      const child = require("node:child_process").spawn(process.execPath, ["--eval", process.argv[1], process.argv[2]]);
      child.stdout.once("data", () => process.exit());
    `;
    const running = node(leaving, connecting, port);
    const [socket] = await connected;
    const ended = end(socket);
    await running;
    await ended;
  });

  it("kills what runs when it is closed", async () => {
    const running = node(connecting, port).catch((error) => String(error));
    const [socket] = await connected;
    const ended = end(socket);
    await stage.close();
    await ended;
    expect(await running).toContain("SIGKILL");
  });

  it("kills a command that takes longer than its limit", async () => {
    const command = [process.execPath, "--eval", connecting, port] as const;
    await expect(stage.run(command, { folder: stage.folder, env, limit: 1 })).rejects.toThrow("SIGKILL");
  });

  it("removes its folder when it is closed", async () => {
    stage.makeFolder("a", "b");
    await Promise.all([stage.close(), stage.close()]);
    expect(existsSync(stage.folder)).toBe(false);
  });

  it("starts nothing once it is closed", async () => {
    await stage.close();
    await expect(node("")).rejects.toThrow("the stage is closed");
    expect(() => stage.makeFolder("again")).toThrow("the stage is closed");
    expect(existsSync(stage.folder)).toBe(false);
  });

  it("ends other things when it is closed, or at once if it is closed already", async () => {
    const record: string[] = [];
    await stage.onClose(async () => void record.push("early"));
    await stage.close();
    await stage.onClose(async () => void record.push("late"));
    expect(record).toEqual(["early", "late"]);
  });
});
