# Only one task may read; the second is refused at once, and the first goes on.
import asyncio


async def read(reader, name):
    try:
        print(name, "got", (await reader.readline()).decode().strip())
    except RuntimeError:
        print(name, "is refused")


async def main():
    reader = asyncio.StreamReader()
    first = asyncio.create_task(read(reader, "first"))
    second = asyncio.create_task(read(reader, "second"))
    await second
    reader.feed_data(b"line\nnext\n")
    await first
    await read(reader, "third")


asyncio.run(main())
