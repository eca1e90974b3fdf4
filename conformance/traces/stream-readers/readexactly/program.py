# Exactly so many bytes, whatever the limit; or an error, which has what there was.
import asyncio


async def main():
    reader = asyncio.StreamReader(limit=2)
    task = asyncio.create_task(reader.readexactly(6))
    for chunk in (b"ab", b"cd", b"efgh"):
        await asyncio.sleep(0)
        print("done:", str(task.done()).lower())
        reader.feed_data(chunk)
    print((await task).decode())
    print(len(await reader.readexactly(0)))
    try:
        await reader.readexactly(-1)
    except ValueError:
        print("refused")
    reader.feed_eof()
    try:
        await reader.readexactly(3)
    except asyncio.IncompleteReadError as error:
        print("incomplete:", error.partial.decode(), error.expected)
    print(len(await reader.read()), str(reader.at_eof()).lower())


asyncio.run(main())
