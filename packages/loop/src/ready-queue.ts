import { Ring, type Runnable } from "@asyncio-ts/future/lowlevel";

/** The queue of what is ready. Not a subclass: V8 is faster if all rings of a program have one class. */
export const ReadyQueue: new () => Ring<Runnable> = Ring;
