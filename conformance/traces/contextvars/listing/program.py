# A context lists the variables that have a value in it; defaults do not count.
import asyncio
import contextvars

a = contextvars.ContextVar("a", default="default")
b = contextvars.ContextVar("b")


def show(what, context):
    names = sorted(variable.name for variable in context if variable in (a, b))
    print(what, *names, context.get(a, "-"), context.get(b, "-"))


async def child():
    show("child", contextvars.copy_context())
    b.set("child")
    await asyncio.sleep(0)
    show("child", contextvars.copy_context())
    return contextvars.copy_context()


async def main():
    show("main", contextvars.copy_context())
    a.set("main")
    task = asyncio.create_task(child())
    token = b.set("main")
    show("main", contextvars.copy_context())
    its = await task
    b.reset(token)
    show("main", contextvars.copy_context())
    show("the child's", its)
    show("empty", contextvars.Context())


asyncio.run(main())
