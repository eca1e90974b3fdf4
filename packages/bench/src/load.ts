/**
 * Sends requests to a server of this machine for some seconds, and prints how many it answered per second, or
 * 0 if one failed. Arguments: port, seconds, and the number of clients that meanwhile request `/slow` again
 * and again, and leave before it has answered. A process of its own, so that the load does not slow down the
 * server.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import autocannon from "autocannon";

/** The milliseconds for which a client that leaves waits before. */
const PATIENCE = 10;

const [port = 0, seconds = 1, leaving = 0] = process.argv.slice(2).map(Number);
/** Aborted when the load is over. */
const load = new AbortController();

async function leaveAgainAndAgain(): Promise<void> {
  while (!load.signal.aborted) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await wait(PATIENCE);
    socket.destroy();
  }
}

const leavers = Array.from({ length: leaving }, leaveAgainAndAgain);
const { errors, non2xx, timeouts, requests, duration } = await autocannon({
  url: `http://127.0.0.1:${port}`,
  connections: 50,
  duration: seconds,
});
load.abort();
await Promise.all(leavers);
console.log(errors + non2xx + timeouts > 0 ? 0 : requests.total / duration);
