/** Prints what is published, in the order in which it happens: `node --import`. */
import { subscribe } from "node:diagnostics_channel";

for (const name of ["made", "step:start", "step:end", "wait", "cancel", "end"]) {
  subscribe(`asyncio-ts:task:${name}`, ({ text, outcome }) => console.log(name, text ?? outcome ?? ""));
}
