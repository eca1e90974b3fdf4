# What is written to both, by turns, comes by one pipe, in its order.
import asyncio
from asyncio.subprocess import PIPE, STDOUT, create_subprocess_exec


async def main():
    script = "for i in 1 2 3; do echo out $i; echo problem $i >&2; done"
    process = await create_subprocess_exec("sh", "-c", script, stdout=PIPE, stderr=STDOUT)
    print("stderr:", "none" if process.stderr is None else "some")
    while line := await process.stdout.readline():
        print(line.decode().strip())
    print("exit code", await process.wait())


asyncio.run(main())
