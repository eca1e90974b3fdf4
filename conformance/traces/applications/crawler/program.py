# A crawler that visits two pages at a time and spawns a task for each link.
import asyncio


LINKS = {"/": ["/a", "/b", "/c"], "/a": ["/d"], "/b": ["/a", "/d"], "/c": [], "/d": ["/"]}
DELAYS = {"/": 0.02, "/a": 0.18, "/b": 0.04, "/c": 0.08, "/d": 0.1}


async def visit(group, limit, seen, page):
    print("queued", page)
    async with limit:
        print("fetch", page)
        await asyncio.sleep(DELAYS[page])
        print("fetched", page)
    for link in LINKS[page]:
        if link not in seen:
            seen.append(link)
            group.create_task(visit(group, limit, seen, link))


async def main():
    limit = asyncio.Semaphore(2)
    seen = ["/"]
    async with asyncio.TaskGroup() as group:
        group.create_task(visit(group, limit, seen, "/"))
    print("seen", *seen)


asyncio.run(main())
