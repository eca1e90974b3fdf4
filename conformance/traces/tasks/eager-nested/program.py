# Eager tasks within eager tasks: each runs to its first suspension before its parent goes on.
import asyncio


def eager(coro):
    return asyncio.Task(coro, loop=asyncio.get_running_loop(), eager_start=True)


async def node(name, depth):
    print(name, "enters")
    if depth > 0:
        child = eager(node(name + ".child", depth - 1))
        print(name, "has its child, done:", str(child.done()).lower())
        print(name, "joined", await child)
    else:
        await asyncio.sleep(0)
    print(name, "leaves")
    return name


async def main():
    deep = eager(node("deep", 2))
    print("main has deep, done:", str(deep.done()).lower())
    flat = eager(node("flat", 0))
    print("main has flat, done:", str(flat.done()).lower())
    print("main joined", await deep)
    print("main joined", await flat)


asyncio.run(main())
