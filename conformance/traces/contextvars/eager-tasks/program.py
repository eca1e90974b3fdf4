# The first step of an eager task runs in the task's copy, inside the maker's step.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


def eager(coro):
    return asyncio.Task(coro, loop=asyncio.get_running_loop(), eager_start=True)


async def child(name):
    print(name, "begins with", user.get())
    user.set(name)
    if len(name) < 4:
        inner = eager(child(name + "."))
        print(name, "has", user.get())
        await inner
    await asyncio.sleep(0)
    print(name, "ends with", user.get())


async def main():
    user.set("main")
    task = eager(child("a"))
    print("main has", user.get())
    context = contextvars.Context()
    other = context.run(lambda: (user.set("run"), eager(child("b..")))[1])
    print("main has", user.get(), "and the context", context[user])
    await task
    await other
    print("main has", user.get(), "and the context", context[user])


asyncio.run(main())
