# A conversation, line by line, with a program that runs.
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_shell


async def main():
    script = 'echo "who are you?"; read name; echo "hello $name"; read nothing || echo "good bye"'
    process = await create_subprocess_shell(script, stdin=PIPE, stdout=PIPE)
    print((await process.stdout.readline()).decode().strip())
    process.stdin.write(b"Ann\n")
    await process.stdin.drain()
    print((await process.stdout.readline()).decode().strip())
    process.stdin.close()
    print((await process.stdout.readline()).decode().strip())
    print("then nothing:", len(await process.stdout.readline()), str(process.stdout.at_eof()).lower())
    print("exit code", await process.wait())


asyncio.run(main())
