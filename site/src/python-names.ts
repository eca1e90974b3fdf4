/** Python's names for asynchronous programs, and ours beside them: the rows of the page `/python`. */

export interface PythonName {
  readonly module: "asyncio" | "contextvars" | "concurrent.futures" | "builtins" | "subprocess";
  /** The name in that module, with its class; `()` ends what is called, and a space or `…` is in what is syntax. */
  readonly python: string;
  /** Our name, written likewise; null if there is none. */
  readonly ours: string | null;
  /** The package of our name; where there is none, the one that does such things. */
  readonly package: string;
  /** How ours differs, or why there is none; empty if only the spelling differs. */
  readonly note: string;
}

export interface PythonTopic {
  readonly title: string;
  readonly names: readonly PythonName[];
}

/** Python's name, and ours if it is not the same in camelCase, and the note. */
type Row = string | readonly [python: string, ours: string | null, note?: string];

const camelCase = (name: string): string =>
  name.replaceAll(/(?<=[a-z])_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function names(from: string, rows: readonly Row[], module: PythonName["module"] = "asyncio"): PythonName[] {
  return rows.map((row) => {
    const [python, ours, note = ""] = typeof row === "string" ? [row, camelCase(row)] : row;
    return { module, python, ours, package: from, note };
  });
}

/** The members of a class. */
function members(
  owner: string,
  from: string,
  rows: readonly Row[],
  { ours = owner, module = "asyncio" }: { ours?: string; module?: PythonName["module"] } = {},
): PythonName[] {
  const below = (whole: string, name: string): string => (name.includes(" ") ? name : `${whole}.${name}`);
  return names(from, rows, module).map(({ python, ours: own, note }) => ({
    module,
    python: below(owner, python),
    ours: own === null ? null : below(ours, own),
    package: from,
    note,
  }));
}

/** Names that have nothing of ours beside them, for one reason. */
const missing = (reason: string, list: string): Row[] => list.split(" ").map((name) => [name, null, reason]);

const MILLISECONDS = "Times are milliseconds, not seconds.";
const BODY = "Takes a coroutine, a generator, or a function that returns a promise or a generator.";
const GUARD = "Resolves to a guard, which `using` releases. Python returns True.";
const ITERABLE = "Takes one iterable, not separate arguments";
const WITH = "Takes the block as a function, and returns what it returns.";
const NO_TRANSPORT = "There are no transports and protocols. Use a StreamReader and a StreamWriter.";
const NO_SOCKETS =
  "Sockets are the runtime's own (`node:net`, `node:dgram`); openConnection() has streams of them.";
const NO_FACTORY = "Tasks are made by createTask(); the loop has no factory.";
const NO_POLICY = "There are no policies: run() makes a loop, and outside it there is a default one.";
const NO_WATCHER = "Removed in Python 3.14. The runtime watches its processes.";
const NO_STACK =
  "A suspended function has no stack in JavaScript. printCallGraph() tells what a task waits for.";

const locks = (owner: string): PythonName[] =>
  members(owner, "sync", [
    [`async with ${owner.toLowerCase()}`, "with()", WITH],
    ["acquire()", "acquire()", GUARD],
    "release()",
    "locked()",
  ]);

export const topics: readonly PythonTopic[] = [
  {
    title: "The language",
    names: [
      ...names("coroutine", [
        [
          "async def",
          "coroutine()",
          "Optional: a plain async function will do. With it, a call starts nothing, as in Python.",
        ],
        ["await …", "await …", "In a generator: `yield* …`."],
      ]),
      ...names("sync", [
        [
          "async with …",
          "….with(…)",
          "Takes the block as a function, since JavaScript has no such statement.",
        ],
        ["async for …", "for await (…)", "In async functions; generators have no such statement."],
      ]),
      ...names("task", [["except* …", "ExceptionGroup.split()", "JavaScript has no such statement."]]),
      ...names("inspect", [
        [
          "python -m asyncio ps",
          "asyncio-ts ps",
          "A command, for every Node process that runs a program of ours.",
        ],
        ["python -m asyncio pstree", "asyncio-ts pstree", "A command; `asyncio-ts top` refreshes the tree."],
      ]),
    ],
  },
  {
    title: "Running a program",
    names: [
      ...names("task", [
        [
          "run()",
          "run()",
          "Returns a promise, so await it. Optional: without it, tasks run on a default loop.",
        ],
        ["Runner", "Runner"],
      ]),
      ...members("Runner", "task", [
        ["with Runner() …", "with()", WITH],
        ["run()", "run()", "Returns a promise."],
        ["close()", "close()", "Returns a promise."],
        "get_loop()",
      ]),
    ],
  },
  {
    title: "Tasks",
    names: [
      ...names("task", [
        ["create_task()", "createTask()", `${BODY} Name, context and eagerStart are options.`],
        ["current_task()", "currentTask()", "Returns undefined where Python returns None."],
        "all_tasks()",
        ["Task", "Task", "Made by createTask() only. Is disposable: `await using task = …`."],
      ]),
      ...members("Task", "task", [
        ["cancel()", "cancel()", "Loses nothing: a result that has arrived is delivered first."],
        "cancelling()",
        "uncancel()",
        ["get_name()", "name", "A property."],
        ["set_name()", "name", "A property."],
        ["get_coro()", "coroutine", "A property, until the task's first step."],
        [
          "get_context()",
          null,
          "A task does not show its context. copyContext() in its code returns a copy.",
        ],
        ["get_stack()", null, NO_STACK],
        ["print_stack()", null, NO_STACK],
      ]),
      ...names(
        "task",
        missing(
          "Write createTask(body, { eagerStart: true }).",
          "eager_task_factory() create_eager_task_factory()",
        ),
      ),
    ],
  },
  {
    title: "Task groups",
    names: [
      ...names("task", ["TaskGroup"]),
      ...members("TaskGroup", "task", [
        ["async with TaskGroup()", "with()", WITH],
        ["create_task()", "createTask()", BODY],
        ["cancel()", "cancel()", "New in Python 3.15."],
      ]),
      ...names(
        "task",
        [["ExceptionGroup", "ExceptionGroup", "An AggregateError. Its message names its first errors."]],
        "builtins",
      ),
      ...members(
        "ExceptionGroup",
        "task",
        [
          ["exceptions", "exceptions"],
          ["message", "text", "`message` has the text, and the first errors."],
          ["split()", "split()", "By class, array of classes or predicate."],
          ["subgroup()", "subgroup()", "By class, array of classes or predicate."],
          "derive()",
        ],
        { module: "builtins" },
      ),
      ...names(
        "task",
        [["BaseExceptionGroup", null, "Every error of JavaScript is in an ExceptionGroup."]],
        "builtins",
      ),
    ],
  },
  {
    title: "Waiting for several things",
    names: names("task", [
      ["gather()", "gather()", `${ITERABLE}, or a record. return_exceptions is an option.`],
      ["wait()", "wait()", `Takes promises, too; returns { done, pending }. ${MILLISECONDS}`],
      ["FIRST_COMPLETED", '"FIRST_COMPLETED"', "A string."],
      ["FIRST_EXCEPTION", '"FIRST_EXCEPTION"', "A string."],
      ["ALL_COMPLETED", '"ALL_COMPLETED"', "A string."],
      [
        "as_completed()",
        "asCompleted()",
        "`for await` yields records { task }. Plain iteration is as in Python.",
      ],
      "shield()",
      [
        "ensure_future()",
        "ensureFuture()",
        "Takes promises, too. To run a coroutine as a task, use createTask().",
      ],
    ]),
  },
  {
    title: "Sleeping and timeouts",
    names: [
      ...names("task", [
        ["sleep()", "sleep()", MILLISECONDS],
        ["wait_for()", "waitFor()", MILLISECONDS],
        ["timeout()", "timeout()", `${MILLISECONDS} null for None.`],
        ["timeout_at()", "timeoutAt()", `${MILLISECONDS} null for None.`],
        ["Timeout", "Timeout", "Made by timeout() and timeoutAt()."],
      ]),
      ...members("Timeout", "task", [
        ["async with timeout(…)", "with()", WITH],
        ["when()", "when()", MILLISECONDS],
        ["reschedule()", "reschedule()", MILLISECONDS],
        "expired()",
      ]),
    ],
  },
  {
    title: "Futures",
    names: [
      ...names("future", [
        ["Future", "Future", "A Promise to the compiler. Needs no running loop."],
        ["isfuture()", "isFuture()"],
      ]),
      ...members("Future", "future", [
        "done()",
        "cancelled()",
        "result()",
        ["exception()", "exception()", "Returns undefined where Python returns None."],
        "set_result()",
        ["set_exception()", "setException()", "Takes any value; a class is not made an instance."],
        "cancel()",
        ["add_done_callback()", "addDoneCallback()", "Context is an option."],
        "remove_done_callback()",
        "get_loop()",
      ]),
      ...names("executor", [
        ["wrap_future()", null, "A job of a pool is a future of the loop. ensureFuture() wraps a promise."],
      ]),
    ],
  },
  {
    title: "Coroutines",
    names: names("coroutine", [
      ["iscoroutine()", "isCoroutine()"],
      [
        "iscoroutinefunction()",
        null,
        "Any function may return a coroutine; isCoroutine() tells of what it returns.",
      ],
    ]),
  },
  {
    title: "Locks and events",
    names: [
      ...names("sync", ["Lock"]),
      ...locks("Lock"),
      ...names("sync", ["Event"]),
      ...members("Event", "sync", ["is_set()", "set()", "clear()", "wait()"]),
      ...names("sync", ["Condition"]),
      ...locks("Condition"),
      ...members("Condition", "sync", ["wait()", "wait_for()", "notify()", "notify_all()"]),
      ...names("sync", ["Semaphore"]),
      ...locks("Semaphore"),
      ...names("sync", ["BoundedSemaphore"]),
      ...names("sync", ["Barrier"]),
      ...members("Barrier", "sync", [
        ["async with barrier", "with()", "Takes the block as a function of the position."],
        "wait()",
        ["reset()", "reset()"],
        "abort()",
        "parties",
        "n_waiting",
        "broken",
      ]),
      ...names("sync", ["BrokenBarrierError"]),
    ],
  },
  {
    title: "Queues",
    names: [
      ...names("sync", [
        ["Queue", "Queue", "An async iterable until it is shut down."],
        ["PriorityQueue", "PriorityQueue", "Returns equal items in the order in which they were put."],
        "LifoQueue",
      ]),
      ...members("Queue", "sync", [
        "put()",
        "get()",
        "put_nowait()",
        "get_nowait()",
        "task_done()",
        "join()",
        "qsize()",
        "empty()",
        "full()",
        "maxsize",
        ["shutdown()", "shutdown()", "Immediate is an option: shutdown({ immediate: true })."],
      ]),
      ...names("sync", ["QueueEmpty", "QueueFull", "QueueShutDown"]),
    ],
  },
  {
    title: "Exceptions",
    names: [
      ...names("future", [
        ["CancelledError", "CancelledError", "An Error, so every catch takes it. Check with isCancelled()."],
        "InvalidStateError",
      ]),
      ...names("task", ["TimeoutError"]),
      ...names("streams", [
        "IncompleteReadError",
        ["LimitOverrunError", "LimitOverrunError", "A RangeError; readline() throws it, too."],
        ["SendfileNotAvailableError", null, "There is no sendfile()."],
      ]),
      ...members("IncompleteReadError", "streams", ["partial", "expected"]),
      ...members("LimitOverrunError", "streams", ["consumed"]),
      ...names("task", [["KeyboardInterrupt", "KeyboardInterrupt", "For SIGTERM, too."]], "builtins"),
      ...names("contextvars", ["LookupError"], "builtins"),
      ...names("subprocess", ["ProcessLookupError"], "builtins"),
      ...names(
        "streams",
        [["ConnectionError", "ConnectionError", "Has the runtime's `code`, such as ECONNREFUSED."]],
        "builtins",
      ),
    ],
  },
  {
    title: "Streams",
    names: [
      ...names("streams", [
        ["open_connection()", "openConnection()", "ssl is the option tls, and has Node's options."],
        "open_unix_connection()",
        ["start_server()", "startServer()", "Listens on one address. ssl is the option tls."],
        "start_unix_server()",
        ["StreamReader", "StreamReader", "StreamReader.from() reads any source of bytes."],
      ]),
      ...members("StreamReader", "streams", [
        [
          "async for line in reader",
          "for await (const line of reader)",
          "`reader.lines()` has decoded ones.",
        ],
        ["read()", "read()", "Bytes are a Uint8Array."],
        ["readline()", "readline()", "Throws a LimitOverrunError where Python raises a ValueError."],
        "readexactly()",
        "readuntil()",
        "at_eof()",
        "feed_data()",
        "feed_eof()",
        "exception()",
        "set_exception()",
        ["set_transport()", null, NO_TRANSPORT],
      ]),
      ...names("streams", ["StreamWriter"]),
      ...members("StreamWriter", "streams", [
        ["write()", "write()", "A string is written as UTF-8."],
        "writelines()",
        "drain()",
        ["close()", "close()", "`await using` closes at the end of a block."],
        "is_closing()",
        "wait_closed()",
        "write_eof()",
        "can_write_eof()",
        ["get_extra_info()", "getExtraInfo()", "The names are typed."],
        ["start_tls()", "startTls()", "Refuses to start while bytes that came without TLS are unread."],
        ["transport", null, NO_TRANSPORT],
      ]),
      ...names("streams", ["Server", ["AbstractServer", "Server"]]),
      ...members("Server", "streams", [
        ["async with server", "with()", WITH],
        "close()",
        "wait_closed()",
        "close_clients()",
        "abort_clients()",
        "start_serving()",
        "serve_forever()",
        "is_serving()",
        "get_loop()",
        ["sockets", "sockets", "Has addresses; `server.port` is the first one's port."],
      ]),
    ],
  },
  {
    title: "Processes",
    names: [
      ...names("subprocess", [
        [
          "create_subprocess_exec()",
          "createSubprocessExec()",
          "Takes the arguments as an array. What a run() leaves behind is ended.",
        ],
        ["create_subprocess_shell()", "createSubprocessShell()", "What a run() leaves behind is ended."],
        ["subprocess.Process", "Process"],
        ["subprocess.PIPE", "PIPE"],
        ["subprocess.STDOUT", "STDOUT"],
        ["subprocess.DEVNULL", "DEVNULL"],
      ]),
      ...members(
        "subprocess.Process",
        "subprocess",
        [
          "wait()",
          ["communicate()", "communicate()", "Input without a pipe is an error."],
          ["send_signal()", "sendSignal()", "Takes the signal's name."],
          "terminate()",
          "kill()",
          "pid",
          ["returncode", "returncode", "null where Python has None."],
          "stdin",
          "stdout",
          "stderr",
        ],
        { ours: "Process" },
      ),
      ...names(
        "subprocess",
        [
          ["run()", "runProcess()", "Waits without blocking; cancelled, it ends the process."],
          "CompletedProcess",
          "CalledProcessError",
        ],
        "subprocess",
      ),
    ],
  },
  {
    title: "The event loop",
    names: [
      ...names("loop", [
        [
          "get_running_loop()",
          "getRunningLoop()",
          "Outside run() returns the default loop, and never throws.",
        ],
        ["get_event_loop()", null, "Use getRunningLoop()."],
        ["set_event_loop()", null, "There is one default loop, and run() makes its own."],
        "new_event_loop()",
        ["AbstractEventLoop", "EventLoop", "One class, for every runtime."],
        ["BaseEventLoop", "EventLoop", "One class, for every runtime."],
        ["EventLoop", "EventLoop"],
        ["SelectorEventLoop", "EventLoop", "The runtime waits for I/O."],
        ["ProactorEventLoop", "EventLoop", "The runtime waits for I/O."],
      ]),
      ...members(
        "AbstractEventLoop",
        "loop",
        [
          ["call_soon()", "callSoon()", "Takes no context: it keeps that of the caller."],
          [
            "call_soon_threadsafe()",
            null,
            "Not needed: messages of a worker arrive in this thread, where callSoon() will do.",
          ],
          ["call_later()", "callLater()", MILLISECONDS],
          ["call_at()", "callAt()", MILLISECONDS],
          ["time()", "time()", MILLISECONDS],
          "create_future()",
          ["create_task()", null, "Use createTask() of @asyncio-ts/task."],
          ["get_task_factory()", null, NO_FACTORY],
          ["set_task_factory()", null, NO_FACTORY],
          ["run_forever()", "runForever()", "Returns a promise, since JavaScript can't block."],
          ["run_until_complete()", "runUntilComplete()", "Returns a promise, since JavaScript can't block."],
          "stop()",
          "close()",
          "is_running()",
          "is_closed()",
          ["shutdown_asyncgens()", null, "An async generator is ended by its own `return()`."],
          "set_exception_handler()",
          "get_exception_handler()",
          "default_exception_handler()",
          "call_exception_handler()",
          ["get_debug()", "debug", "A property."],
          ["set_debug()", "debug", "A property."],
          ["slow_callback_duration", "slowCallbackDuration", MILLISECONDS],
          ["add_signal_handler()", "addSignalHandler()", "Takes the signal's name."],
          ["remove_signal_handler()", "removeSignalHandler()", "Takes the signal's name."],
          ["run_in_executor()", "runInExecutor()", "Takes the name of a function of the executor's module."],
          "set_default_executor()",
          [
            "shutdown_default_executor()",
            "shutdownDefaultExecutor()",
            "Cancels the jobs left when its timeout expires.",
          ],
          ...missing(
            "Use openConnection() and startServer() of @asyncio-ts/streams.",
            "create_connection() create_server() create_unix_connection() create_unix_server() start_tls() connect_accepted_socket()",
          ),
          ...missing(
            "Use createSubprocessExec() and createSubprocessShell() of @asyncio-ts/subprocess.",
            "subprocess_exec() subprocess_shell()",
          ),
          ...missing(
            "Use StreamReader.from() of @asyncio-ts/streams with the runtime's stream.",
            "connect_read_pipe() connect_write_pipe()",
          ),
          ...missing("Use the runtime's: `node:dns`, with ensureFuture().", "getaddrinfo() getnameinfo()"),
          ...missing(
            NO_SOCKETS,
            "create_datagram_endpoint() sendfile() add_reader() remove_reader() add_writer() remove_writer() sock_accept() sock_connect() sock_recv() sock_recv_into() sock_recvfrom() sock_recvfrom_into() sock_sendall() sock_sendfile() sock_sendto()",
          ),
        ],
        { ours: "EventLoop" },
      ),
      ...names("loop", ["Handle", "TimerHandle"]),
      ...members("Handle", "loop", [
        "cancel()",
        "cancelled()",
        ["get_context()", null, "A handle does not show its context."],
      ]),
      ...members("TimerHandle", "loop", [["when()", "when()", MILLISECONDS]]),
      ...names("loop", [
        ...missing(
          NO_POLICY,
          "get_event_loop_policy() set_event_loop_policy() AbstractEventLoopPolicy DefaultEventLoopPolicy WindowsSelectorEventLoopPolicy WindowsProactorEventLoopPolicy",
        ),
        ...missing(
          NO_WATCHER,
          "get_child_watcher() set_child_watcher() AbstractChildWatcher SafeChildWatcher FastChildWatcher PidfdChildWatcher MultiLoopChildWatcher ThreadedChildWatcher",
        ),
      ]),
      ...names(
        "streams",
        missing(
          NO_TRANSPORT,
          "BaseTransport ReadTransport WriteTransport Transport DatagramTransport SubprocessTransport BaseProtocol Protocol BufferedProtocol DatagramProtocol SubprocessProtocol StreamReaderProtocol",
        ),
      ),
    ],
  },
  {
    title: "Threads and processes that calculate",
    names: [
      ...names("executor", [
        [
          "to_thread()",
          "toThread()",
          "Takes a module and the name of its function; runs in parallel, and can be cancelled.",
        ],
        [
          "run_coroutine_threadsafe()",
          null,
          "A pool's `services` are called by call() of @asyncio-ts/executor/worker.",
        ],
      ]),
      ...names(
        "executor",
        [
          ["Executor", "PoolExecutor", "Bound to a module, and typed by it."],
          [
            "ThreadPoolExecutor",
            "ThreadPoolExecutor",
            "Threads run in parallel, and share nothing but SharedArrayBuffers.",
          ],
          [
            "ProcessPoolExecutor",
            "ProcessPoolExecutor",
            "A worker that dies fails its own jobs, and the pool goes on.",
          ],
          [
            "InterpreterPoolExecutor",
            "ThreadPoolExecutor",
            "Each thread of ours is an interpreter of its own.",
          ],
        ],
        "concurrent.futures",
      ),
      ...members(
        "Executor",
        "executor",
        [
          ["submit()", "submit()", "Takes the name of a function of the module."],
          ["map()", "map()", "Returns futures, not results: `await gather(pool.map(…))`."],
          ["shutdown()", "shutdown()", "Returns a promise; `await using` calls it."],
        ],
        { ours: "PoolExecutor", module: "concurrent.futures" },
      ),
      ...names(
        "executor",
        [["Future", "Job", "A future of the loop that submitted it."]],
        "concurrent.futures",
      ),
      ...members(
        "Future",
        "executor",
        [
          ["cancel()", "cancel()", "Ends a running job, too."],
          "cancelled()",
          "running()",
          "done()",
          ["result()", "result()", "Does not block: await the job."],
          ["exception()", "exception()", "Does not block: await the job."],
          "add_done_callback()",
          ["set_running_or_notify_cancel()", null, "For executors alone; the pools need no such thing."],
          ["set_result()", "setResult()", "Throws: the result of a job is the pool's to set."],
          ["set_exception()", "setException()", "Throws: the result of a job is the pool's to set."],
        ],
        { ours: "Job", module: "concurrent.futures" },
      ),
      ...names(
        "task",
        [
          ["wait()", "wait()", `Does not block. ${MILLISECONDS}`],
          ["as_completed()", "asCompleted()", `Does not block. ${MILLISECONDS}`],
          ["FIRST_COMPLETED", '"FIRST_COMPLETED"', "A string."],
          ["FIRST_EXCEPTION", '"FIRST_EXCEPTION"', "A string."],
          ["ALL_COMPLETED", '"ALL_COMPLETED"', "A string."],
          "TimeoutError",
        ],
        "concurrent.futures",
      ),
      ...names("future", ["CancelledError", "InvalidStateError"], "concurrent.futures"),
      ...names("executor", [["BrokenExecutor", "BrokenExecutorError"]], "concurrent.futures"),
    ],
  },
  {
    title: "Context variables",
    names: [
      ...names("contextvars", ["ContextVar", "Context", "Token", "copy_context()"], "contextvars"),
      ...members(
        "ContextVar",
        "contextvars",
        [
          "name",
          "get()",
          "set()",
          ["reset()", "reset()", "Throws Error where Python raises ValueError or RuntimeError."],
        ],
        { module: "contextvars" },
      ),
      ...members(
        "Context",
        "contextvars",
        [
          "run()",
          "copy()",
          "get()",
          "keys()",
          "values()",
          ["items()", "entries()"],
          ["len(context)", "size"],
        ],
        { module: "contextvars" },
      ),
      ...names("contextvars", [["variable in context", "Context.has()"]], "contextvars"),
      ...members("Token", "contextvars", ["var", "old_value", "MISSING"], { module: "contextvars" }),
    ],
  },
  {
    title: "The call graph",
    names: names("task", [
      "capture_call_graph()",
      "format_call_graph()",
      ["print_call_graph()", "printCallGraph()"],
      ["FutureCallGraph", "FutureCallGraph", "A type."],
      ["FrameCallGraphEntry", null, "A suspended function has no frames in JavaScript."],
      ...missing(
        "Every wait of this library is in the call graph by itself.",
        "future_add_to_awaited_by() future_discard_from_awaited_by()",
      ),
    ]),
  },
];

/** The name of a row as Python writes it, with its module unless that is asyncio. */
export function fullName({ module, python }: PythonName): string {
  const isPlain = module === "asyncio" || module === "builtins" || /[ …]/.test(python);
  return isPlain ? python : `${module}.${python}`;
}

/** The place of a row in its page. */
export function idOf(name: PythonName): string {
  return fullName(name)
    .replaceAll(/\(\)$|…/g, "")
    .trim()
    .replaceAll(/[^\w.]+/g, "-");
}

/** Letters in which names are compared: `putNowait` finds `put_nowait`, too. */
const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/_|\(\)/g, "");

/** Tells if each word of a query is in the names of a row or its note. */
export function matches(name: PythonName, query: string): boolean {
  const text = lettersOf([name.module, fullName(name), name.ours, name.package, name.note].join(" "));
  return lettersOf(query.trim())
    .split(/\s+/)
    .every((word) => text.includes(word));
}
