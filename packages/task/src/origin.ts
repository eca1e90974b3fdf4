/**
 * Origin: where a task comes from, for reports and for those who look at the program. The tasks that one piece
 * of code makes of one function in one slice of the loop share an origin, so that it costs a task one field.
 *
 * It names the maker and does not hold it: a task that makes its successor would keep all before it alive.
 */

/** The place that keeps the latest origin of its tasks: a group, or `outsideGroups`. */
export interface Origins {
  /** The latest origin; undefined before there was one. @internal */
  latestOrigin: Origin | undefined;
}

/** The origins of the tasks that are in no group. */
export const outsideGroups: Origins = { latestOrigin: undefined };

export class Origin {
  /** The name of the task's function; empty if nothing tells it. */
  readonly functionName: string;
  /** The name, or the number, of the task whose code made it; undefined in a group, and outside every task. */
  readonly maker: string | number | undefined;
  /** When it was made: real time in milliseconds, as of the beginning of the slice. */
  readonly time: number;
  /** The group that it is in, or `outsideGroups`. */
  readonly origins: Origins;
  /** The latest origin that differs in nothing but the function. */
  private renamed: Origin | undefined = undefined;

  constructor(functionName: string, maker: string | number | undefined, time: number, origins: Origins) {
    this.functionName = functionName;
    this.maker = maker;
    this.time = time;
    this.origins = origins;
  }

  /** Returns this origin for another function. */
  withFunction(name: string): Origin {
    if (this.renamed?.functionName === name) return this.renamed;
    return (this.renamed = new Origin(name, this.maker, this.time, this.origins));
  }
}

/** Returns the latest origin of a place if it is the one described, else a new one. */
export function originOf(
  functionName: string,
  maker: string | number | undefined,
  time: number,
  origins: Origins,
): Origin {
  const { latestOrigin } = origins;
  if (
    latestOrigin !== undefined &&
    latestOrigin.time === time &&
    latestOrigin.maker === maker &&
    latestOrigin.functionName === functionName
  ) {
    return latestOrigin;
  }
  return (origins.latestOrigin = new Origin(functionName, maker, time, origins));
}
