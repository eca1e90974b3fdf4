# A task of a group has a copy of the context in which it was made, or the context that was given for it.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


async def child(name):
    print(name, "begins with", user.get())
    user.set(name)
    await asyncio.sleep(0)
    print(name, "has", user.get())


async def main():
    context = contextvars.Context()
    async with asyncio.TaskGroup() as group:
        group.create_task(child("one"))
        user.set("in the group")
        group.create_task(child("two"))
        group.create_task(child("three"), context=context)
        group.create_task(child("four"), context=context)
    print("main has", user.get(), "and the context", context[user])


asyncio.run(main())
