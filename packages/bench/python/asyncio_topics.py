"""The topics for asyncio; with UVLOOP=1 in the environment, for uvloop."""

import asyncio
import contextvars
import gc
import os
import time
from asyncio.subprocess import DEVNULL, PIPE
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import measure
from measure import Timed, Value, percentile, report, resident

if os.environ.get("UVLOOP") == "1":
    import uvloop

    def run(main):
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(main)
else:
    run = asyncio.run


def step(tasks):
    def program(size):
        steps = 0

        async def worker():
            nonlocal steps
            for _ in range(size // tasks):
                await asyncio.sleep(0)
                steps += 1

        async def main():
            await asyncio.gather(*(worker() for _ in range(tasks)))
            return steps

        return run(main())

    return program


def depth(suspends):
    def program(size):
        calls, steps = (1, size) if suspends else (size, 0)

        async def nested(levels):
            if levels > 1:
                return await nested(levels - 1)
            for _ in range(steps):
                await asyncio.sleep(0)
            return max(steps, 1)

        async def main():
            done = 0
            for _ in range(calls):
                done += await nested(10)
            return done

        return run(main())

    return program


async def one():
    return 1


def spawn(size):
    async def main():
        done = 0
        for _ in range(0, size, 100):
            tasks = [asyncio.create_task(one()) for _ in range(100)]
            for task in tasks:
                done += await task
        return done

    return run(main())


def twenty_variables(value):
    variables = [contextvars.ContextVar(f"variable {i}") for i in range(20)]
    for variable in variables:
        variable.set(value)
    return variables


def get_variable(size):
    async def main():
        variable = twenty_variables(1)[10]
        done = 0
        for _ in range(size):
            done += variable.get()
        return done

    return run(main())


def set_variable(size):
    async def main():
        variable = twenty_variables(0)[10]
        for i in range(size):
            variable.set(i + 1)
        return variable.get()

    return run(main())


def spawn_with(values):
    def program(size):
        async def main():
            variables = twenty_variables(1) if values else []

            async def child():
                return variables[0].get() if variables else 1

            done = 0
            for _ in range(0, size, 100):
                tasks = [asyncio.create_task(child()) for _ in range(100)]
                for task in tasks:
                    done += await task
            return done

        return run(main())

    return program


def gather(size):
    async def main():
        return sum(await asyncio.gather(*(one() for _ in range(size))))

    return run(main())


def locks(tasks):
    def program(size):
        held = 0

        async def main():
            lock = asyncio.Lock()

            async def worker():
                nonlocal held
                for _ in range(size // tasks):
                    await lock.acquire()
                    held += 1
                    lock.release()

            await lock.acquire()
            workers = asyncio.gather(*(worker() for _ in range(tasks)))
            await asyncio.sleep(0)
            lock.release()
            await workers
            return held

        return run(main())

    return program


def limited_work(size):
    done = 0

    async def main():
        semaphore = asyncio.Semaphore(10)

        async def job():
            nonlocal done
            await semaphore.acquire()
            await asyncio.sleep(0)
            done += 1
            semaphore.release()

        for i in range(0, size, 1000):
            await asyncio.gather(*(job() for _ in range(min(1000, size - i))))
        return done

    return run(main())


def semaphore_uncontended(size):
    async def main():
        semaphore = asyncio.Semaphore(10)
        held = 0
        while held < size:
            await semaphore.acquire()
            semaphore.release()
            held += 1
        return held

    return run(main())


def queue(pairs):
    def program(size):
        received = 0

        async def main():
            items = asyncio.Queue(100)

            async def produce():
                for _ in range(size // pairs):
                    await items.put(1)

            async def consume():
                nonlocal received
                for _ in range(size // pairs):
                    item = await items.get()
                    received += item

            everybody = [consume() for _ in range(pairs)] + [produce() for _ in range(pairs)]
            await asyncio.gather(*everybody)
            return received

        return run(main())

    return program


def broadcast(size):
    woken = 0

    async def main():
        event = asyncio.Event()

        async def wait():
            nonlocal woken
            await event.wait()
            woken += 1

        everybody = asyncio.gather(*(wait() for _ in range(size)))
        await asyncio.sleep(0)
        event.set()
        await everybody
        return woken

    return run(main())


def timers(at_once):
    def program(size):
        batch = min(at_once, size)
        longest = 0.05 * at_once / 1_000_000
        cancelled = 0
        fired = 0

        async def some():
            nonlocal cancelled
            loop = asyncio.get_running_loop()
            done = loop.create_future()
            waiting = batch // 2

            def fire():
                nonlocal fired, waiting
                fired += 1
                waiting -= 1
                if waiting == 0:
                    done.set_result(None)

            handles = [
                loop.call_later((i * 2654435761 & 0xFFFFFFFF) % 50 / 50 * longest, fire)
                for i in range(batch)
            ]
            for i in range(0, batch, 2):
                handles[i].cancel()
                cancelled += 1
            await done

        async def main():
            for _ in range(0, size, batch):
                await some()
            return cancelled + fired

        return run(main())

    return program


def cancel(size):
    done = 0

    async def sleeper():
        nonlocal done
        try:
            await asyncio.sleep(3600)
        finally:
            done += 1

    async def main():
        tasks = [asyncio.create_task(sleeper()) for _ in range(size)]
        await asyncio.sleep(0)
        start = time.perf_counter()
        for task in tasks:
            task.cancel()
        while done < size:
            await asyncio.sleep(0)
        return Timed(done, time.perf_counter() - start)

    return run(main())


def timeout(size):
    async def main():
        done = 0
        for _ in range(size):
            async with asyncio.timeout(10):
                done += await one()
        return done

    return run(main())


def task_group(size):
    done = 0

    async def child():
        nonlocal done
        done += 1

    async def main():
        for _ in range(0, size, 100):
            async with asyncio.TaskGroup() as group:
                for _ in range(100):
                    group.create_task(child())
        return done

    return run(main())


def memory(prepare):
    def program(size):
        begun = 0

        async def main():
            wait = await prepare()
            before = resident()

            async def waiter():
                nonlocal begun
                begun += 1
                await wait()

            tasks = [asyncio.create_task(waiter()) for _ in range(size)]
            await asyncio.sleep(0)
            gc.collect()
            value = (resident() - before) / len(tasks)
            # Ends the process: run() would first cancel them all.
            report(size, Value(begun, value))

        return run(main())

    return program


async def sleeping():
    return lambda: asyncio.sleep(3600)


async def waiting_for_a_lock():
    lock = asyncio.Lock()
    await lock.acquire()
    return lock.acquire


def growth(tasks):
    async def child():
        await asyncio.sleep(0)
        return 1

    def program(size):
        batch = min(tasks, size)

        async def main():
            done = 0
            for _ in range(0, size, batch):
                children = [asyncio.create_task(child()) for _ in range(batch)]
                for each in children:
                    done += await each
            return done

        return run(main())

    return program


def echo(fraction):
    def program(size):
        spinning = True

        async def spin():
            while spinning:
                await asyncio.sleep(0)

        async def answer(reader, writer):
            while data := await reader.read(100):
                writer.write(data)

        async def main():
            nonlocal spinning
            tasks = [asyncio.create_task(spin()) for _ in range(1000)]
            server = await asyncio.start_server(answer, "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            latencies = []
            for _ in range(size):
                sent = time.perf_counter()
                writer.write(b"x")
                await reader.read(100)
                latencies.append((time.perf_counter() - sent) * 1e6)
            spinning = False
            for task in tasks:
                await task
            writer.close()
            server.close()
            return Value(len(latencies), percentile(latencies, fraction))

        return run(main())

    return program


async def echo_bytes(reader, writer):
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def ask(reader, writer, message, count):
    done = 0
    while done < count:
        writer.write(message)
        await writer.drain()
        await reader.readexactly(len(message))
        done += 1
    return done


def streams_echo(length, connections):
    message = b"x" * length

    def program(size):
        async def main():
            server = await asyncio.start_server(echo_bytes, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
            start = time.perf_counter()
            counts = await asyncio.gather(*(ask(*client, message, size // connections) for client in clients))
            outcome = Timed(sum(counts), time.perf_counter() - start)
            for _, writer in clients:
                writer.close()
            server.close()
            await server.wait_closed()
            return outcome

        return run(main())

    return program


def streams_lines(size):
    line = b"x" * 49 + b"\n"

    async def count(reader, writer):
        done = 0
        while await reader.readline():
            done += 1
        writer.write(b"%d\n" % done)
        writer.close()

    async def main():
        server = await asyncio.start_server(count, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        start = time.perf_counter()
        for sent in range(0, size, 1000):
            writer.write(line * min(1000, size - sent))
            await writer.drain()
        writer.write_eof()
        done = int(await reader.readline())
        outcome = Timed(done, time.perf_counter() - start)
        writer.close()
        server.close()
        await server.wait_closed()
        return outcome

    return run(main())


def streams_connections(size):
    async def main():
        server = await asyncio.start_server(echo_bytes, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        start = time.perf_counter()
        done = 0
        while done < size:
            reader, writer = await asyncio.open_connection(*address)
            await ask(reader, writer, b"x", 1)
            writer.close()
            await writer.wait_closed()
            done += 1
        outcome = Timed(done, time.perf_counter() - start)
        server.close()
        await server.wait_closed()
        return outcome

    return run(main())


def increment(n):
    return n + 1


def jobs(pool_class, one_at_a_time):
    def program(size):
        async def main(pool):
            loop = asyncio.get_running_loop()

            def submit(n):
                return loop.run_in_executor(pool, increment, n)

            await asyncio.gather(*(submit(n) for n in range(100)))
            start = time.perf_counter()
            done = 0
            if one_at_a_time:
                while done < size:
                    done = await submit(done)
            else:
                results = await asyncio.gather(*(submit(n) for n in range(size)))
                done = sum(result == n + 1 for n, result in enumerate(results))
            return Timed(done, time.perf_counter() - start)

        with pool_class(2) as pool:
            return run(main(pool))

    return program


def subprocesses(size):
    async def main():
        permits = asyncio.Semaphore(20)

        async def run_one():
            async with permits:
                process = await asyncio.create_subprocess_exec(
                    "echo", "hello", stdin=DEVNULL, stdout=PIPE, stderr=PIPE
                )
                output, _ = await process.communicate()
                return output.strip() == b"hello"

        return sum(await asyncio.gather(*(run_one() for _ in range(size))))

    return run(main())


if __name__ == "__main__":
    measure.main(
        {
            "step/100 tasks": step(100),
            "step/1 task": step(1),
            "depth/steps at the bottom": depth(True),
            "depth/calls": depth(False),
            "spawn/spawn and join": spawn,
            "contextvars/get": get_variable,
            "contextvars/set": set_variable,
            "contextvars/spawn with 0 values": spawn_with(0),
            "contextvars/spawn with 20 values": spawn_with(20),
            "gather/gather": gather,
            "locks/uncontended": locks(1),
            "locks/contended": locks(100),
            "semaphore/limited work": limited_work,
            "semaphore/uncontended": semaphore_uncontended,
            "queue/1:1": queue(1),
            "queue/16:16": queue(16),
            "event/broadcast": broadcast,
            "timers/100 timers": timers(100),
            "timers/1,000,000 timers": timers(1_000_000),
            "cancel/cancel": cancel,
            "timeout/not expired": timeout,
            "group/task group": task_group,
            "memory/sleeping": memory(sleeping),
            "memory/waiting for a lock": memory(waiting_for_a_lock),
            "growth/100 tasks": growth(100),
            "growth/10,000 tasks": growth(10_000),
            "growth/1,000,000 tasks": growth(1_000_000),
            "echo/p50": echo(0.5),
            "echo/p99": echo(0.99),
            "streams/64 B, 1 connection": streams_echo(64, 1),
            "streams/1 KiB, 1 connection": streams_echo(1024, 1),
            "streams/64 KiB, 1 connection": streams_echo(65_536, 1),
            "streams/64 B, 100 connections": streams_echo(64, 100),
            "streams/1 KiB, 100 connections": streams_echo(1024, 100),
            "streams/64 KiB, 100 connections": streams_echo(65_536, 100),
            "streams/lines": streams_lines,
            "streams/connections": streams_connections,
            "subprocess/20 at once": subprocesses,
            "executor/threads, one at a time": jobs(ThreadPoolExecutor, True),
            "executor/threads, all at once": jobs(ThreadPoolExecutor, False),
            "executor/processes, one at a time": jobs(ProcessPoolExecutor, True),
            "executor/processes, all at once": jobs(ProcessPoolExecutor, False),
        }
    )
