/** The effort of a run: how long everything is measured. */
export interface Effort {
  /** Each contender is measured in so many processes, which take turns with the other contenders'. */
  readonly rounds: number;
  /** Milliseconds of measuring in a process, and of warming up before. */
  readonly time: number;
  readonly warmupTime: number;
  /** Samples are taken beyond the time until there are so many, and runs to warm up. */
  readonly iterations: number;
  readonly warmupIterations: number;
}

export const thorough: Effort = { rounds: 2, time: 500, warmupTime: 500, iterations: 3, warmupIterations: 3 };
export const quick: Effort = { rounds: 1, time: 150, warmupTime: 200, iterations: 2, warmupIterations: 2 };
