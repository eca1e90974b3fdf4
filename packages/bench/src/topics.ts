import { topic as cancel } from "./topics/cancel.js";
import { topic as contextvars } from "./topics/contextvars.js";
import { topic as depth } from "./topics/depth.js";
import { topic as distributed } from "./topics/distributed.js";
import { topic as echo } from "./topics/echo.js";
import { topic as event } from "./topics/event.js";
import { topic as executor } from "./topics/executor.js";
import { topic as frameworks } from "./topics/frameworks.js";
import { topic as gather } from "./topics/gather.js";
import { topic as group } from "./topics/group.js";
import { topic as growth } from "./topics/growth.js";
import { topic as inspect } from "./topics/inspect.js";
import { topic as iterate } from "./topics/iterate.js";
import { topic as locks } from "./topics/locks.js";
import { topic as map } from "./topics/map.js";
import { topic as memory } from "./topics/memory.js";
import { topic as queue } from "./topics/queue.js";
import { topic as rateLimit } from "./topics/rate-limit.js";
import { topic as retry } from "./topics/retry.js";
import { topic as semaphore } from "./topics/semaphore.js";
import { topic as server } from "./topics/server.js";
import { topic as spawn } from "./topics/spawn.js";
import { topic as startUp } from "./topics/start-up.js";
import { topic as step } from "./topics/step.js";
import { topic as streams } from "./topics/streams.js";
import { topic as subprocess } from "./topics/subprocess.js";
import { topic as timeout } from "./topics/timeout.js";
import { topic as timers } from "./topics/timers.js";
import type { Topic } from "./topic.js";

/** In the order of the report. */
export const topics: readonly Topic[] = [
  step,
  inspect,
  depth,
  spawn,
  contextvars,
  gather,
  locks,
  semaphore,
  queue,
  event,
  timers,
  cancel,
  timeout,
  group,
  map,
  retry,
  rateLimit,
  iterate,
  startUp,
  memory,
  growth,
  echo,
  streams,
  subprocess,
  server,
  frameworks,
  executor,
  distributed,
];
