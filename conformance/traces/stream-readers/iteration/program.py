# A reader iterates its lines, waits for them, and a break leaves the rest.
import asyncio


async def feed(reader):
    for chunk in (b"one\nt", b"wo\n", b"stop\nrest\nlast"):
        await asyncio.sleep(0)
        print("feeds", len(chunk))
        reader.feed_data(chunk)
    reader.feed_eof()


async def main():
    reader = asyncio.StreamReader()
    task = asyncio.create_task(feed(reader))
    async for line in reader:
        print("line", line.decode().strip())
        if line == b"stop\n":
            break
    print("after the break")
    async for line in reader:
        print("line", line.decode().strip())
    await task


asyncio.run(main())
