# A separator may be cut by chunks, and partly come before it really comes.
import asyncio


async def main():
    reader = asyncio.StreamReader()
    for chunk in (b"head aa", b"x aa", b"a", b"aaa", b"rest", b"=>value"):
        reader.feed_data(chunk)
    print((await reader.readuntil(b"aaa")).decode())
    print((await reader.readuntil(b"aaa")).decode())
    print((await reader.readuntil(b"=>")).decode())
    print((await reader.read(3)).decode())
    reader.feed_eof()
    try:
        await reader.readuntil(b"=>")
    except asyncio.IncompleteReadError as error:
        print("incomplete:", error.partial.decode())
    print("at the end:", str(reader.at_eof()).lower())


asyncio.run(main())
