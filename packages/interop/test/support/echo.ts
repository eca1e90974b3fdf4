import type { StreamReader, StreamWriter } from "@asyncio-ts/streams";
import { awaited, type Program } from "@asyncio-ts/testkit";

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Sends each line back, upgrades at `STARTTLS` if it can, and closes at the end of the stream. */
export function echoLines(tls?: { readonly cert: string; readonly key: string }) {
  return function* (reader: StreamReader, writer: StreamWriter): Program<void> {
    for (;;) {
      const line = yield* awaited(reader.readline());
      if (line.length === 0) break;
      writer.write(line);
      yield* awaited(writer.drain());
      if (tls !== undefined && text(line) === "STARTTLS\n") yield* awaited(writer.startTls(tls));
    }
    writer.close();
  };
}

/** Has a server that echoes lines echo many of all lengths, sent without waiting. */
export function* useEcho(reader: StreamReader, writer: StreamWriter, kept: string[]): Program<void> {
  const lines = Array.from({ length: 300 }, (_, i) => `${i} ${"x".repeat((i * i) % 9000)}\n`);
  writer.writelines(lines);
  for (const line of lines) {
    const got = text(yield* awaited(reader.readline()));
    if (got !== line) kept.push(`${got.length} bytes instead of ${line.length}`);
  }
  kept.push(`${lines.length} lines`);
}
