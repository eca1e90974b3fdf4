# Three workers over a queue; sentinel-free stop by cancellation after join.
import asyncio


async def worker(queue, results, name):
    while True:
        job, delay = await queue.get()
        print(name, "starts", job)
        await asyncio.sleep(delay)
        print(name, "ends", job)
        results.append(job)
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    results = []
    for job, delay in (("j1", 0.05), ("j2", 0.02), ("j3", 0.09), ("j4", 0.05), ("j5", 0.07)):
        queue.put_nowait((job, delay))
    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker(queue, results, name)) for name in ("ann", "bob", "cid")]
        await queue.join()
        print("all jobs are done")
        for task in workers:
            task.cancel()
    print("results", *results)


asyncio.run(main())
