/**
 * Messages between a pool and its workers. A worker has one job at a time, so no message needs to name its
 * job.
 *
 *   worker → pool   ready | broken           once, when the module has been loaded, or has failed to load
 *   pool → worker   run                      only to a worker that is ready and has no job
 *   worker → pool   progress*, value | error  the answer to `run`; the last of them ends the job
 *   worker → pool   call                     only while a job runs: it calls a service of the pool's owner
 *   pool → worker   answer | refusal         the answer to `call`, unless the job has ended meanwhile
 *   worker → pool   cancel                   the job no longer waits for this call, which may be answered already
 *   pool → worker   close                    only to a worker without a job, which then exits
 *   worker → pool   uncaught                 from a process that is about to exit because of the error
 *   worker → pool   child*                   a process of a pool inside the worker has started or exited
 *
 * Any other message is the user's own, and is ignored.
 */
import type { Packed } from "./packed.js";
import type { SentVariables } from "./received.js";

export type ToWorker =
  | {
      readonly type: "run";
      readonly name: string;
      readonly args: readonly unknown[];
      /** The values of context variables, if the program has any that it sends. */
      readonly variables?: SentVariables;
    }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | {
      readonly type: "refusal";
      readonly id: number;
      readonly error: Packed;
      /** The service was cancelled, and this is its CancelledError. */
      readonly isCancelled: boolean;
    }
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly error: Packed }
  | { readonly type: "progress"; readonly value: unknown }
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "error"; readonly error: Packed }
  | {
      readonly type: "call";
      readonly id: number;
      readonly name: string;
      readonly args: readonly unknown[];
    }
  | { readonly type: "cancel"; readonly id: number; readonly message: string | undefined }
  | { readonly type: "uncaught"; readonly error: Packed }
  | { readonly type: "child"; readonly pid: number; readonly alive: boolean };
