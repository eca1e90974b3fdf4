# A coroutine that is awaited runs in the context of its task, however deep.
import asyncio
import contextvars

depth = contextvars.ContextVar("depth", default=0)


async def descend(levels):
    token = depth.set(depth.get() + 1)
    print("at", depth.get())
    if levels > 1:
        await asyncio.sleep(0)
        await descend(levels - 1)
        print("back at", depth.get())
    if levels % 2 == 0:
        depth.reset(token)


async def main():
    await descend(4)
    print("main has", depth.get())
    await asyncio.wait_for(descend(2), 10)
    print("main has", depth.get())


asyncio.run(main())
