import { connect } from "node:net";
import * as asyncio from "asyncio-ts";
import { describe, expect, it } from "vitest";
import { type ChatOptions, runChat } from "../../src/chat/chat.js";

/** A client that reads and writes lines. */
class Client {
  private readonly lines: AsyncIterator<string>;
  private readonly writer: asyncio.StreamWriter;

  private constructor([reader, writer]: asyncio.Streams) {
    this.lines = reader.lines();
    this.writer = writer;
  }

  static async open(port: number): Promise<Client> {
    return new Client(await asyncio.openConnection("127.0.0.1", port));
  }

  /** Opens a connection, and says a name. */
  static async named(port: number, name: string): Promise<Client> {
    const client = await Client.open(port);
    expect(await client.hear()).toBe("* your name?");
    client.say(name);
    return client;
  }

  say(line: string): void {
    this.writer.write(`${line}\n`);
  }

  /** Returns the next line; undefined at the end. */
  async hear(): Promise<string | undefined> {
    const { value } = (await this.lines.next()) as { value: string | undefined };
    return value;
  }

  leave(): void {
    this.writer.close();
  }
}

/** Runs a test with an open chat, and closes the chat after it. */
async function withChat(
  test: (port: number, chat: asyncio.Task<unknown>) => Promise<void>,
  options: Partial<ChatOptions> = {},
): Promise<void> {
  await asyncio.run(async () => {
    const open = new asyncio.Future<number>();
    const chat = asyncio.createTask(
      runChat({ port: 0, onOpen: (port) => open.setResult(port), grace: 50, ...options }),
    );
    await test(await open, chat);
    chat.cancel();
    await asyncio.wait([chat]);
    expect(chat.cancelled()).toBe(true);
  });
}

describe("the chat", () => {
  it("lets members talk in rooms", () =>
    withChat(async (port) => {
      const anna = await Client.named(port, "anna");
      expect(await anna.hear()).toBe("* in lobby: anna");
      const otto = await Client.named(port, "otto");
      expect(await otto.hear()).toBe("* in lobby: anna, otto");
      expect(await anna.hear()).toBe("* otto is here");
      anna.say("hello");
      expect(await otto.hear()).toBe("anna: hello");
      otto.say("/join garden");
      expect(await otto.hear()).toBe("* in garden: otto");
      expect(await anna.hear()).toBe("* otto leaves");
      anna.say("is anybody here?");
      anna.say("/rooms");
      expect([await anna.hear(), await anna.hear()]).toEqual(["* lobby: 1", "* garden: 1"]);
      anna.say("/join garden");
      expect(await otto.hear()).toBe("* anna is here");
      otto.leave();
      expect([await anna.hear(), await anna.hear()]).toEqual(["* in garden: anna, otto", "* otto has left"]);
    }));

  it("refuses bad names, names that are taken, unknown commands, and lines that are too long", () =>
    withChat(async (port) => {
      const anna = await Client.named(port, "a b");
      expect(await anna.hear()).toBe("* a name has up to 20 letters, digits, _ and -; your name?");
      anna.say("anna");
      expect(await anna.hear()).toBe("* in lobby: anna");
      const other = await Client.named(port, "Anna");
      expect(await other.hear()).toBe("* there is a Anna already; your name?");
      anna.say("/dance");
      expect(await anna.hear()).toBe("* there is no /dance: /join /rooms /who /quit");
      anna.say("/join no room");
      expect(await anna.hear()).toBe("* /join ROOM, which has up to 20 letters, digits, _ and -");
      anna.say("x".repeat(1001));
      expect(await anna.hear()).toBe("* that was too long");
      anna.say("/who");
      expect(await anna.hear()).toBe("* in lobby: anna");
      anna.say("/quit");
      expect([await anna.hear(), await anna.hear()]).toEqual(["* bye!", undefined]);
    }));

  it("sends those away who are silent", () =>
    withChat(
      async (port) => {
        const anna = await Client.open(port);
        const heard = [await anna.hear(), await anna.hear(), await anna.hear()];
        expect(heard).toEqual(["* your name?", "* silent for 0.02 s: bye!", undefined]);
      },
      { idle: 20 },
    ));

  it("drops one who does not read, and nobody waits for them", () =>
    withChat(
      async (port) => {
        const anna = await Client.named(port, "anna");
        expect(await anna.hear()).toBe("* in lobby: anna");
        const slow = connect(port, "127.0.0.1");
        slow.on("error", () => {});
        slow.write("slow\n");
        expect(await anna.hear()).toBe("* slow is here");
        const line = "x".repeat(990);
        const talking = asyncio.createTask(async () => {
          for (;;) {
            anna.say(line);
            await asyncio.sleep(0);
          }
        });
        expect(await anna.hear()).toBe("* slow has left");
        talking.cancel();
        slow.destroy();
      },
      { outbox: 10, grace: 1 },
    ));

  it("survives members who are cut off", () =>
    withChat(async (port) => {
      const anna = await Client.named(port, "anna");
      expect(await anna.hear()).toBe("* in lobby: anna");
      const otto = connect(port, "127.0.0.1");
      otto.on("error", () => {});
      otto.write("otto\n");
      expect(await anna.hear()).toBe("* otto is here");
      otto.resetAndDestroy();
      expect(await anna.hear()).toBe("* otto has left");
    }));

  it("says goodbye to all when it is closed, and leaves no connection", () =>
    withChat(
      async (port, chat) => {
        const anna = await Client.named(port, "anna");
        expect(await anna.hear()).toBe("* in lobby: anna");
        const nameless = await Client.open(port);
        expect(await nameless.hear()).toBe("* your name?");
        chat.cancel();
        expect([await anna.hear(), await anna.hear()]).toEqual(["* the chat closes: bye!", undefined]);
        expect(await nameless.hear()).toBeUndefined();
        await asyncio.wait([chat]);
        await expect(Client.open(port)).rejects.toBeInstanceOf(asyncio.ConnectionError);
      },
      { grace: 50 },
    ));
});
