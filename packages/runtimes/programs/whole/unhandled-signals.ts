// Signals that no process can handle are refused.
// skip on chromium: it has no signals
import { newEventLoop } from "@asyncio-ts/loop";

const loop = newEventLoop();
for (const signal of ["SIGKILL", "SIGSTOP", "SIGNOTHING"]) {
  try {
    loop.addSignalHandler(signal, () => {});
    console.log(signal, "was taken");
  } catch (error) {
    console.log(signal, error instanceof TypeError);
  }
}
loop.close();
// prints: SIGKILL true
// prints: SIGSTOP true
// prints: SIGNOTHING true
