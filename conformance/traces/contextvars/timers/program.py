# A timer has a copy of the context in which it was set.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


def show(what):
    print(what, "sees", user.get())
    user.set(what)


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    for delay in (0.3, 0.1, 0.2):
        user.set(f"main at {round(delay * 10)}")
        loop.call_later(delay, show, f"later {round(delay * 10)}")
        loop.call_at(start + delay + 0.05, show, f"at {round(delay * 10)}")
    user.set("main")
    await asyncio.sleep(0.5)
    print("main has", user.get())


asyncio.run(main())
