# A task with a given context runs in that context itself; several may share it.
import asyncio
import contextvars

count = contextvars.ContextVar("count", default=0)


async def add(name):
    for _ in range(2):
        count.set(count.get() + 1)
        print(name, "counts", count.get())
        await asyncio.sleep(0)
    inner = asyncio.create_task(once(name))
    await inner


async def once(name):
    count.set(count.get() + 100)
    print(name, "counts apart", count.get())


async def main():
    context = contextvars.copy_context()
    await asyncio.gather(
        asyncio.create_task(add("one"), context=context),
        asyncio.create_task(add("two"), context=context),
    )
    print("main has", count.get(), "and the context", context[count])
    print("run there:", context.run(count.get))


asyncio.run(main())
