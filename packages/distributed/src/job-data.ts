/** The data of a job in BullMQ. Its name there is that of the function. */

/** The form of the data. A worker of this version fails jobs that have another one. */
const FORM = 1;

export interface JobData {
  readonly form: typeof FORM;
  /** The arguments; see values.ts. */
  readonly args: string;
  /** The context variables that go with them, written as they are; none if there are none. */
  readonly variables?: string;
  /** The caller, whose lease the job needs; none if it is detached. */
  readonly caller?: string;
  /** The version of the module that the caller has. */
  readonly version?: string;
  /** The milliseconds that a run may take. */
  readonly timeout?: number;
  /** How often the job may lose its worker, and begin again. */
  readonly retries: number;
  /** The milliseconds for which the result is kept. */
  readonly resultTtl: number;
}

export function jobData(data: Omit<JobData, "form">): JobData {
  return { form: FORM, ...data };
}

/** Tells whether `data` are those of a job that this version can run. */
export function isJobData(data: unknown): data is JobData {
  const { form, args, retries, resultTtl } = (data ?? {}) as Partial<JobData>;
  return (
    form === FORM && typeof args === "string" && typeof retries === "number" && typeof resultTtl === "number"
  );
}
