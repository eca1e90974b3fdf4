/** Listens at the port that is its first argument, until it is asked there for the first time. */
import { createServer } from "node:net";

const server = createServer((socket) => {
  socket.destroy();
  server.close();
});
setInterval(() => {}, 1_000_000);
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("ready"));
