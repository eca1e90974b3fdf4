# A task has a copy of its maker's context.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


async def child(name):
    print(name, "begins with", user.get())
    user.set(name)
    await asyncio.sleep(0)
    print(name, "has", user.get())


async def main():
    print("main begins with", user.get())
    user.set("first")
    one = asyncio.create_task(child("one"))
    user.set("second")
    two = asyncio.create_task(child("two"))
    user.set("third")
    await one
    await two
    print("main has", user.get())


asyncio.run(main())
