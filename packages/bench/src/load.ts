/**
 * Sends requests to a server of this machine for some seconds, and prints how many it answered per second, or
 * 0 if one failed. Arguments: port and seconds. A process of its own, so that the load does not slow down the
 * server.
 */
import autocannon from "autocannon";

const [port, seconds] = process.argv.slice(2).map(Number);
const { errors, non2xx, timeouts, requests, duration } = await autocannon({
  url: `http://127.0.0.1:${port}`,
  connections: 50,
  duration: seconds ?? 1,
});
console.log(errors + non2xx + timeouts > 0 ? 0 : requests.total / duration);
