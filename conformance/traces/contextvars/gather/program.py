# gather() gives each coroutine a copy of the caller's context; its results come back, what was set does not.
import asyncio
import contextvars

number = contextvars.ContextVar("number", default=0)


async def add(n):
    for _ in range(n):
        number.set(number.get() + 1)
        await asyncio.sleep(0)
    return number.get()


async def main():
    number.set(10)
    print(*await asyncio.gather(add(1), add(2), add(3)))
    print("main has", number.get())
    print(*await asyncio.gather(asyncio.shield(add(1)), asyncio.ensure_future(add(2)), asyncio.wait_for(add(3), 5)))
    print("main has", number.get())


asyncio.run(main())
