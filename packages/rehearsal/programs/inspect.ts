// @asyncio-ts/inspect alone: it says that there is nothing to look at.
import { snapshot } from "@asyncio-ts/inspect";

try {
  snapshot();
} catch (error) {
  console.log(String(error).includes("found no package of asyncio-ts") ? "ok" : error);
}
