/**
 * A conversation: one connection, from its arrival to its end.
 *
 * Two tasks share it: one listens to the member, the other sends what is in the outbox. The conversation is
 * over when the outbox is shut down and all of it was sent: the member has left, or was sent away. A member
 * who reads so slowly that the outbox is full is dropped at once, and nobody waits for them.
 */
import * as asyncio from "asyncio-ts";
import { obey } from "./commands.js";
import { Member } from "./member.js";
import type { Rooms } from "./rooms.js";

export interface ConversationOptions {
  /** Milliseconds after which a silent member is sent away. */
  readonly idle: number;
  /** Lines that may wait for a member who reads slowly. */
  readonly outbox: number;
  /** Milliseconds that a connection may take to close. */
  readonly grace: number;
}

export const converse = asyncio.coroutine(
  async (
    rooms: Rooms,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    options: ConversationOptions,
  ) => {
    const group = new asyncio.TaskGroup();
    const member = new Member(options.outbox, () => group.cancel());
    try {
      await group.with(async () => {
        group.createTask(() => listen(rooms, member, reader, options.idle));
        for await (const line of member.outbox) {
          writer.write(`${line}\n`);
          await writer.drain();
        }
        group.cancel();
      });
    } catch (errors) {
      if (!(errors instanceof asyncio.ExceptionGroup)) throw errors;
      const [, rest] = errors.split(asyncio.ConnectionError); // the member is gone, which is no error
      if (rest !== undefined) throw rest;
    } finally {
      rooms.leave(member);
      await asyncio.moveOnAfter(options.grace).with(() => writer[Symbol.asyncDispose]());
    }
  },
);

/** Listens to a member, until they leave or are silent for too long. */
async function listen(
  rooms: Rooms,
  member: Member,
  reader: asyncio.StreamReader,
  idle: number,
): Promise<void> {
  const lines = reader.lines();
  const next = async (): Promise<string | undefined> => {
    try {
      const { value } = await asyncio.timeout(idle).with(() => lines.next());
      return value?.trim();
    } catch (error) {
      if (error instanceof asyncio.TimeoutError) member.tell(`* silent for ${idle / 1000} s: bye!`);
      else if (error instanceof asyncio.LimitOverrunError) member.tell("* that was too long");
      else throw error;
      return error instanceof asyncio.TimeoutError ? undefined : "";
    }
  };

  member.tell("* your name?");
  for (let line = await next(); line !== undefined; line = await next()) {
    if (member.name !== "") {
      if (line !== "") obey(rooms, member, line);
    } else if (!/^[\w-]{1,20}$/.test(line)) {
      member.tell("* a name has up to 20 letters, digits, _ and -; your name?");
    } else if (!rooms.enter(member, line)) {
      member.tell(`* there is a ${line} already; your name?`);
    }
  }
  member.leave();
}
