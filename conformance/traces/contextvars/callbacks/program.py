# A callback has a copy of the context in which it was scheduled; what it sets does not leak.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


def show(what):
    print(what, "sees", user.get())
    user.set(what)
    print(what, "has", user.get())
    if len(what) < 12:
        asyncio.get_running_loop().call_soon(show, "after " + what)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(show, "first")
    user.set("main")
    loop.call_soon(show, "second")
    user.set("main again")
    for _ in range(3):
        await asyncio.sleep(0)
        print("main has", user.get())


asyncio.run(main())
