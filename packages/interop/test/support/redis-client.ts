/**
 * A client of Redis over streams, for its protocol RESP 2.
 *
 * A reply may need several reads. What has arrived of it is kept in fields: `opened` are the arrays that still
 * need items, the innermost last, and `size` is the length of the string whose bytes come next. So a `reply()`
 * that is cancelled loses nothing: the next one goes on where it has stopped.
 */
import type { StreamReader, StreamWriter } from "@asyncio-ts/streams";
import { awaited, type Program } from "@asyncio-ts/testkit";

export type Reply = string | number | null | Error | readonly Reply[];

interface Opened {
  readonly wanted: number;
  readonly items: Reply[];
}

export class RedisClient {
  private readonly reader: StreamReader;
  readonly writer: StreamWriter;
  private readonly opened: Opened[] = [];
  private size: number | undefined = undefined;

  constructor([reader, writer]: readonly [StreamReader, StreamWriter]) {
    this.reader = reader;
    this.writer = writer;
  }

  /** Sends a command, whose reply is to be read later. */
  send(...words: readonly string[]): void {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.writer.write(`*${words.length}\r\n${parts.join("")}`);
  }

  /** Sends a command, and reads its reply. */
  *call(...words: readonly string[]): Program<Reply> {
    this.send(...words);
    return yield* this.reply();
  }

  /** Reads the next reply. */
  *reply(): Program<Reply> {
    for (;;) {
      let value = yield* this.value();
      if (value === undefined) continue;
      for (;;) {
        const innermost = this.opened.at(-1);
        if (innermost === undefined) return value;
        innermost.items.push(value);
        if (innermost.items.length < innermost.wanted) break;
        this.opened.pop();
        value = innermost.items;
      }
    }
  }

  /** Reads a value that is no array; undefined if the next items are those of an array. */
  private *value(): Program<Reply | undefined> {
    if (this.size === undefined) {
      const line = decode(yield* awaited(this.reader.readuntil("\r\n")));
      const rest = line.slice(1);
      switch (line[0]) {
        case "+":
          return rest;
        case "-":
          return new Error(rest);
        case ":":
          return Number(rest);
        case "*":
          return this.open(Number(rest));
        default:
          if (rest === "-1") return null;
          this.size = Number(rest);
      }
    }
    const bytes = yield* awaited(this.reader.readexactly(this.size + 2));
    this.size = undefined;
    return decode(bytes);
  }

  private open(wanted: number): Reply | undefined {
    if (wanted < 1) return wanted === 0 ? [] : null;
    this.opened.push({ wanted, items: [] });
    return undefined;
  }
}

/** Decodes what ends with `\r\n`. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, -2));
}
