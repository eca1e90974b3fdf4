# Of several separators the one that ends first counts, also if a longer one begins before it.
import asyncio


async def main():
    reader = asyncio.StreamReader()
    reader.feed_data(b"a;b,c\r\nABCDEFG")
    for separators in ((b",", b";"), (b",", b";"), (b"\n", b"\r\n"), (b"DEF", b"BCDE")):
        print((await reader.readuntil(separators)).decode().strip())
    task = asyncio.create_task(reader.readuntil((b"!", b"long separator")))
    for chunk in (b" wait", b" for", b" it!", b" more"):
        await asyncio.sleep(0)
        reader.feed_data(chunk)
        print("fed", chunk.decode().strip(), str(task.done()).lower())
    print((await task).decode())


asyncio.run(main())
