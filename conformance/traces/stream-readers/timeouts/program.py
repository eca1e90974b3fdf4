# A timeout around a read: what has come until then is for the next read.
import asyncio


async def feed(reader):
    for chunk in (b"slow ", b"line\n", b"quick line\n"):
        await asyncio.sleep(0.8)
        print("feeds", len(chunk))
        reader.feed_data(chunk)


async def main():
    reader = asyncio.StreamReader()
    task = asyncio.create_task(feed(reader))
    for attempt in range(4):
        try:
            async with asyncio.timeout(0.6):
                print("got", (await reader.readline()).decode().strip())
        except TimeoutError:
            print("timeout", attempt)
    print("got", (await asyncio.wait_for(reader.readline(), 10)).decode().strip())
    await task


asyncio.run(main())
