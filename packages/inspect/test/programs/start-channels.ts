/** What `@asyncio-ts/inspect/channels` does, as a program of its own. */
import "../../src/channels.js";
