# A server is asked to stop: no new work, the work under way ends, stragglers are cancelled.
import asyncio


async def handle(name, delay):
    try:
        print(name, "opened")
        await asyncio.sleep(delay)
        print(name, "answered")
    except asyncio.CancelledError:
        print(name, "dropped")
        raise


async def accept(stopping, connections):
    number = 0
    while not stopping.is_set():
        number += 1
        delay = 0.15 if number % 2 == 1 else 1
        connections.append(asyncio.create_task(handle("connection %d" % number, delay)))
        try:
            async with asyncio.timeout(0.1):
                await stopping.wait()
        except TimeoutError:
            print("still open")
    print("accepts no more")


async def main():
    stopping = asyncio.Event()
    connections = []
    accepting = asyncio.create_task(accept(stopping, connections))
    await asyncio.sleep(0.25)
    print("stop")
    stopping.set()
    await accepting
    done, pending = await asyncio.wait(connections, timeout=0.3)
    print("done", len(done), "pending", len(pending))
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    print("closed")


asyncio.run(main())
