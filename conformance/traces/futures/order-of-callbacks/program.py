# Callbacks of a future go through the loop, in order, among other ready handles.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def first(done):
        print("first callback", done.result())
        done.add_done_callback(lambda again: print("callback added by a callback", again.result()))

    def removed(done):
        print("never printed")

    def third(done):
        print("third callback", done.result())

    future.add_done_callback(first)
    future.add_done_callback(removed)
    future.add_done_callback(third)
    future.add_done_callback(removed)
    print("removed", future.remove_done_callback(removed))
    print("removed", future.remove_done_callback(removed))
    loop.call_soon(print, "soon before the result")
    future.set_result("value")
    loop.call_soon(print, "soon after the result")
    print("main goes on")
    await asyncio.sleep(0)
    print("main after one iteration")
    await asyncio.sleep(0)
    print("main after two iterations")
    future.add_done_callback(third)
    print("added to a finished future")
    await asyncio.sleep(0)
    print("main ends")


asyncio.run(main())
