# The inner timeout is caught inside, the outer one passes through the inner.
import asyncio


async def attempt(name, outer_limit, inner_limit):
    try:
        async with asyncio.timeout(outer_limit) as outer:
            try:
                async with asyncio.timeout(inner_limit) as inner:
                    print(name, "sleeps")
                    await asyncio.sleep(10)
            except TimeoutError:
                print(name, "inner timed out")
                await asyncio.sleep(0.01)
                print(name, "outer body goes on")
            finally:
                print(name, "inner expired:", str(inner.expired()).lower())
    except TimeoutError:
        print(name, "outer timed out")
    print(name, "outer expired:", str(outer.expired()).lower())


async def main():
    await attempt("inner first", 0.09, 0.02)
    await attempt("outer first", 0.02, 0.09)
    print("cancelling", asyncio.current_task().cancelling())


asyncio.run(main())
