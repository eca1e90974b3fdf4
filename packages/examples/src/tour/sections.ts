import type * as asyncio from "asyncio-ts";
import { main as chat } from "../chat/main.js";
import { type CiArguments, main as ci } from "../ci/main.js";
import { main as distributed } from "../distributed/main.js";
import { main as fetchAll } from "../fetch-all/main.js";
import { main as hashTree, type HashTreeArguments } from "../hash-tree/main.js";
import { main as echoClient } from "../streams/echo-client.js";
import { main as echoServer } from "../streams/echo-server.js";
import { main as httpHeaders } from "../streams/http-headers.js";
import { main as openSocket } from "../streams/open-socket.js";
import { main as exec } from "../subprocesses/exec.js";
import { main as listing } from "../subprocesses/listing.js";
import { main as shell } from "../subprocesses/shell.js";
import { main as awaitGenerators } from "../tutorial/await.gen.js";
import { main as awaiting } from "../tutorial/await.js";
import { main as condition } from "../tutorial/condition.js";
import { main as eventLoop } from "../tutorial/event-loop.js";
import { main as event } from "../tutorial/event.js";
import { main as future } from "../tutorial/future.js";
import { main as gather } from "../tutorial/gather.js";
import { main as lockGenerators } from "../tutorial/lock.gen.js";
import { main as lock } from "../tutorial/lock.js";
import { main as semaphore } from "../tutorial/semaphore.js";
import { main as taskGroup } from "../tutorial/task-group.js";
import { main as tasksGenerators } from "../tutorial/tasks.gen.js";
import { main as tasks } from "../tutorial/tasks.js";
import { main as whenToUse } from "../when-to-use/main.js";

/** The options that the command line may give to the programs. */
export interface ProgramOptions extends HashTreeArguments, CiArguments {
  /** For `fetch-all`. */
  readonly errorBudget?: number;
  /** For `echo-server`, `echo-client` and `chat`. */
  readonly port?: number;
  /** For `http-headers`. */
  readonly url?: string;
}

/** A program of the tour. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly main: (options: ProgramOptions) => asyncio.Coroutine<unknown>;
  /** It waits for what takes real time, such as sockets and workers: runs on the real clock always. */
  readonly realTime?: boolean;
  /** It is no part of the tutorial: runs only when it is asked for by name. */
  readonly byName?: boolean;
}

export const sections: readonly Section[] = [
  {
    name: "when-to-use",
    title: "tasks for waiting, threads and processes for computing",
    main: whenToUse,
    realTime: true,
  },
  { name: "event-loop", title: "a coroutine, and the loop that runs it", main: eventLoop },
  { name: "await", title: "a coroutine waits for another", main: awaiting },
  { name: "await-generators", title: "the same with generators", main: awaitGenerators },
  { name: "tasks", title: "three at the same time", main: tasks },
  { name: "tasks-generators", title: "the same with generators", main: tasksGenerators },
  { name: "gather", title: "many results in order; an error stops nobody else", main: gather },
  { name: "task-group", title: "an error stops the others too", main: taskGroup },
  { name: "future", title: "a value that will be there later", main: future },
  { name: "lock", title: "one at a time", main: lock },
  { name: "lock-generators", title: "the same with generators", main: lockGenerators },
  { name: "semaphore", title: "two at a time", main: semaphore },
  { name: "event", title: "one says go, the other goes on", main: event },
  { name: "condition", title: "wait until there is something to take", main: condition },
  {
    name: "echo-server",
    title: "a TCP server that sends back what it reads, until Ctrl-C",
    main: echoServer,
    realTime: true,
    byName: true,
  },
  {
    name: "echo-client",
    title: "a TCP client of echo-server",
    main: echoClient,
    realTime: true,
    byName: true,
  },
  {
    name: "http-headers",
    title: "the headers of a web page, over a connection of its own",
    main: httpHeaders,
    realTime: true,
    byName: true,
  },
  {
    name: "open-socket",
    title: "wait for data on a socket that is open already",
    main: openSocket,
    realTime: true,
    byName: true,
  },
  {
    name: "subprocess-exec",
    title: "read a line that a program prints",
    main: exec,
    realTime: true,
    byName: true,
  },
  {
    name: "subprocess-shell",
    title: "two commands of the shell, their output and exit codes",
    main: shell,
    realTime: true,
    byName: true,
  },
  {
    name: "subprocess-listing",
    title: "the files of a folder, from ls",
    main: listing,
    realTime: true,
    byName: true,
  },
  {
    name: "fetch-all",
    title: "30 URLs, 5 at once, with timeouts, retries and an error budget",
    main: fetchAll,
    realTime: true,
    byName: true,
  },
  {
    name: "hash-tree",
    title: "a tree of files, hashed and compressed in processes",
    main: hashTree,
    realTime: true,
    byName: true,
  },
  {
    name: "chat",
    title: "a TCP chat server with rooms, until Ctrl-C",
    main: chat,
    realTime: true,
    byName: true,
  },
  {
    name: "ci",
    title: "the steps of a build file as subprocesses, in parallel",
    main: ci,
    realTime: true,
    byName: true,
  },
  {
    name: "distributed",
    title: "a picture in tiles, on two workers over Redis, of which one is killed",
    main: distributed,
    realTime: true,
    byName: true,
  },
];
