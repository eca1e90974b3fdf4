# Context.run() inside tasks and inside one another; a context is entered once at a time.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


def attempt(context, what):
    try:
        print(what, "in", context.run(user.get))
    except RuntimeError:
        print(what, "is refused")


async def child():
    print("child begins with", user.get())
    user.set("child")
    await asyncio.sleep(0)
    print("child has", user.get())


async def inside(context):
    attempt(context, "its own context")
    await asyncio.sleep(0)
    attempt(context, "its own context, later")


async def main():
    user.set("main")
    one = contextvars.Context()
    two = contextvars.copy_context()

    def outer():
        print("one begins with", user.get())
        user.set("one")
        attempt(one, "one in one")
        two.run(inner)
        print("one has", user.get())
        return asyncio.create_task(child())

    def inner():
        print("two begins with", user.get())
        user.set("two")
        attempt(one, "one in two in one")
        attempt(one.copy(), "a copy of one")

    task = one.run(outer)
    print("main has", user.get())
    await task
    attempt(one, "one")
    attempt(two, "two")
    task = asyncio.create_task(inside(one), context=one)
    await asyncio.sleep(0)
    attempt(one, "one while its task waits")
    await task
    print("main has", user.get())


asyncio.run(main())
