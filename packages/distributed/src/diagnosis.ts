/**
 * Finds out why a server that can be reached does not talk to a client. Redis closes a connection that has not the
 * TLS, or the certificate, that it wants, and what it says about that is lost if the client has already sent commands.
 * A server without TLS does not even answer the beginning of a handshake. So this connects once more, and listens.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsOptions } from "node:tls";
import type { RedisOptions } from "ioredis";

export const SPEAKS_TLS = "the server speaks TLS";
export const SPEAKS_PLAIN = "the server does not speak TLS";

/** How long the server may take for each answer, in milliseconds. */
const ANSWER = 1000;

/** Returns the reason as an error that `refusalOf` of redis.ts knows; undefined if there is none to be found. */
export async function diagnose(client: RedisOptions): Promise<Error | undefined> {
  const { host = "localhost", port = 6379, tls } = client;
  if (tls === undefined) {
    const answer = await answerTo(connectTls({ host, port, rejectUnauthorized: false }), "secureConnect");
    return answer === "secureConnect" || isAlert(answer) ? new Error(SPEAKS_TLS) : undefined;
  }
  const options: TlsOptions = { host, port, ...(typeof tls === "object" && tls) };
  // It refuses the client's certificate, or that there is none, after the handshake.
  const refusal = await answerTo(connectTls(options), "end");
  if (isAlert(refusal)) return refusal;
  const plain = connect({ host, port });
  plain.write("PING\r\n");
  return (await answerTo(plain, "data")) === "data" ? new Error(SPEAKS_PLAIN) : undefined;
}

/** Waits for an event of a new socket; returns the error that comes first, or that the time is over. */
async function answerTo(socket: Socket, event: string): Promise<unknown> {
  // It may fail again, when nobody waits.
  socket.on("error", () => {});
  try {
    await once(socket, event, { signal: AbortSignal.timeout(ANSWER) });
    return event;
  } catch (error) {
    return error;
  } finally {
    socket.destroy();
  }
}

/** Tells whether an error is one of TLS that the server has sent. */
function isAlert(error: unknown): error is Error {
  return /_ALERT_/.test((error as { code?: string }).code ?? "");
}
