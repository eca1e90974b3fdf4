# Three parties meet, twice: nobody goes on before the last has come.
import asyncio


async def party(barrier, name, rounds):
    for turn in range(rounds):
        print(name, "comes to meeting", turn)
        await barrier.wait()
        print(name, "leaves meeting", turn)
        await asyncio.sleep(0)


async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(party(barrier, name, 2)) for name in ("a", "b")]
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting, "of", barrier.parties)
    await asyncio.sleep(0.01)
    print("main comes first")
    position = await barrier.wait()
    print("main was number", position)
    await asyncio.sleep(0.01)
    print("waiting", barrier.n_waiting)
    print("main was number", await barrier.wait())
    for task in tasks:
        await task
    print("broken:", str(barrier.broken).lower(), "waiting", barrier.n_waiting)


asyncio.run(main())
