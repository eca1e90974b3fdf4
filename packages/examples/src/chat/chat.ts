import * as asyncio from "asyncio-ts";
import { converse, type ConversationOptions } from "./conversation.js";
import { Rooms } from "./rooms.js";

export interface ChatOptions extends Partial<ConversationOptions> {
  readonly port: number;
  /** Called when the chat is open. */
  readonly onOpen: (port: number) => void;
}

/** Runs a chat until it is cancelled. Then everybody hears of it, and has a moment to read that. */
export const runChat = asyncio.coroutine(
  async ({ port, onOpen, idle = 600_000, outbox = 100, grace = 1000 }: ChatOptions) => {
    const rooms = new Rooms();
    const server = await asyncio.startServer(
      (reader, writer) => converse(rooms, reader, writer, { idle, outbox, grace }),
      "127.0.0.1",
      port,
      { limit: 1000 },
    );
    onOpen(server.port);
    try {
      await server.waitClosed();
    } finally {
      server.close();
      rooms.dismiss("* the chat closes: bye!");
      await asyncio.moveOnAfter(grace).with(() => server.waitClosed());
      server.abortClients();
      await server.waitClosed();
    }
  },
);
