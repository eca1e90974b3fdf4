/**
 * One run of a random program on virtual time, with cancellations from outside, and the checks at its end.
 */
import type { ExceptionContext } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { allTasks, createTask, run, type Task } from "@asyncio-ts/task";
import { Cancellation } from "../../src/cancellation.js";
import { currentCode } from "../../src/told-lines.js";
import { taskBody } from "./interpret.js";
import { World } from "./model.js";
import type { Body, Shot } from "./program.js";
import { Lock, Queue } from "./shared.js";

/** More turns than any program takes. */
const ENDLESS = 20_000;
/** Real milliseconds after which a run is given up: none takes a hundredth of it. */
const STUCK = Number(process.env["STUCK"] ?? 5000);
/** When those who wait for an item, or the lock, get it. */
const FEEDING = 400;

export interface Trial {
  readonly world: World;
  /** The number of turns in which the main task was not done. */
  readonly turns: number;
}

let world: World | undefined;

/** Tells the model of requests, which nothing public shows. */
function observe(): void {
  const see = (cancellation: Cancellation, tell: (seen: World, task: Task<unknown>) => void): void => {
    const { task } = cancellation as unknown as { readonly task: Task<unknown> };
    // A line that an earlier run has left behind may end only now.
    if (world?.scheduler === task.scheduler) tell(world, task);
  };
  const prototype = Cancellation.prototype;
  const { request, takeBack, ended } = prototype;
  prototype.request = function (this: Cancellation, message, owner): void {
    request.call(this, message, owner);
    see(this, (seen, task) => seen.asked(task, owner));
  };
  prototype.takeBack = function (this: Cancellation, owner): number {
    const left = takeBack.call(this, owner);
    see(this, (seen, task) => seen.takenBack(task, owner, left));
    return left;
  };
  prototype.ended = function (this: Cancellation, hasReturned): void {
    ended.call(this, hasReturned);
    see(this, (seen, task) => seen.taskEnded(task));
  };
}
observe();

const unhandled: unknown[] = [];
process.on("unhandledRejection", (error) => unhandled.push(error));

export async function attemptRun(body: Body, shots: readonly Shot[], withoutHooks = false): Promise<Trial> {
  let turns = 0;
  const loop = virtualLoop({
    beforeTurn() {
      const main = here.tasks[0];
      if (here.scheduler.turns > ENDLESS) throw new Error("the program does not end");
      if (main === undefined || main.done()) return;
      for (const shot of shots) if (shot.turn === turns) fire(shot);
      turns++;
    },
  });
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reports.push(context));
  const here = new World(loop, withoutHooks);
  world = here;
  const shared = { lock: new Lock(), queue: new Queue() };
  const fire = (shot: Shot): void => {
    const victim = here.tasks[shot.victim];
    if (victim === undefined || victim.done()) return;
    here.say(`cancel() of ${victim.name}`);
    victim.cancel();
  };
  let stuck!: ReturnType<typeof setTimeout>;
  const hangs = new Promise((resolve) => {
    stuck = setTimeout(resolve, STUCK, "nothing, it is stuck");
  });
  const running = run(
    async () => {
      loop.callLater(FEEDING, () => {
        shared.queue.feed();
        shared.lock.open();
      });
      for (const shot of shots) if (shot.time !== undefined) loop.callLater(shot.time, fire, shot);
      const main = createTask(taskBody(here, shared, body), { name: "T0" });
      here.tasks.push(main as Task<unknown>);
      await new Promise<void>((resolve) => {
        main.addDoneCallback(() => resolve());
      });
      if (!main.cancelled()) main.exception();
      here.say("run() ends");
      return "ended";
    },
    { loopFactory: () => loop },
  );
  const outcome: unknown = await Promise.race([running.catch((error: unknown) => error), hangs]);
  clearTimeout(stuck);
  await new Promise((resolve) => setImmediate(resolve));
  if (outcome !== "ended") here.violations.push(`liveness: run() threw ${String(outcome)}`);
  checkEnd(here, shared, reports);
  world = undefined;
  return { world: here, turns };
}

function checkEnd(
  here: World,
  shared: { lock: Lock; queue: Queue },
  reports: readonly ExceptionContext[],
): void {
  const { loop } = here;
  // The loop is closed.
  const wrong = (what: string): void => void here.violations.push(what);
  if (loop.time() > 100_000) wrong(`liveness: it took until ${loop.time()}`);
  if (allTasks(loop).size > 0) wrong(`liveness: ${allTasks(loop).size} tasks are left`);
  for (const { message, exception } of reports) {
    if (exception instanceof Error && /failed|never retrieved|nobody/.test(message))
      here.count("reported: a task's error");
    else wrong(`liveness: reported: ${message} ${String(exception)}`);
  }
  for (const error of unhandled.splice(0)) wrong(`liveness: unhandled ${String(error)}`);
  if ([...here.records.keys()].some((task) => currentCode(task) !== undefined)) {
    wrong("liveness: a told line goes on after the end");
  }
  if (here.linesAlive > 0) {
    here.count("left lines behind at the end");
    return;
  }
  if (shared.lock.holders !== 0) wrong("values: a lock that was granted is held by nobody");
  const { given, taken, items } = shared.queue;
  const sorted = (numbers: readonly number[]): string => [...numbers].sort((a, b) => a - b).join();
  const seen = [...taken, ...items];
  if (sorted(seen) !== sorted(given)) wrong(`values: put ${given.join()}, seen ${seen.join()}`);
}
