# A done callback runs in the context given for it, else in a copy of the one in which it was added.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


async def main():
    future = asyncio.get_running_loop().create_future()
    context = contextvars.copy_context()
    context.run(user.set, "given")

    def show(what):
        print(what, "sees", user.get())
        user.set(what)

    user.set("first")
    future.add_done_callback(lambda _: show("one"))
    user.set("second")
    future.add_done_callback(lambda _: show("two"))
    future.add_done_callback(lambda _: show("three"), context=context)
    future.add_done_callback(lambda _: show("four"), context=context)
    user.set("third")
    future.set_result(None)
    future.add_done_callback(lambda _: show("late"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("main has", user.get(), "and the context", context[user])


asyncio.run(main())
