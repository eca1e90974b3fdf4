import * as asyncio from "asyncio-ts";
import { runChat } from "./chat.js";

export const main = asyncio.coroutine(async ({ port = 8888 }: { readonly port?: number } = {}) => {
  await runChat({
    port,
    onOpen(open) {
      console.log(`The chat is open: \`nc 127.0.0.1 ${open}\` in other terminals, Ctrl-C here closes it.`);
    },
  });
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
