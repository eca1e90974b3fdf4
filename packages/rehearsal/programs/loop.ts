// @asyncio-ts/loop alone.
import { newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";

async function main(): Promise<string> {
  const record: string[] = [];
  for (const loop of [newEventLoop(), virtualLoop()]) {
    loop.callLater(1, () => {
      record.push("later");
      loop.stop();
    });
    loop.callSoon(() => record.push("soon"));
    await loop.runForever();
    loop.close();
  }
  return record.join();
}

void main().then((got) => console.log(got === "soon,later,soon,later" ? "ok" : got));
