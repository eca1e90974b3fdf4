/** Publishes what tasks do from the start of a program on: `node --import @asyncio-ts/inspect/channels app.js`. */
import { publishTasks } from "./publish-tasks.js";

publishTasks();
