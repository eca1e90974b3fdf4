/** The errors of the command, each with the exit code that tells it from the others. */

/** The exit codes of `asyncio-ts`, which scripts can rely on. */
export const exitCodes = {
  /** The command line is wrong. */
  usage: 2,
  /** There is no such process. */
  noProcess: 3,
  /** This user may not look at it. */
  notPermitted: 4,
  /** It is no Node process. */
  notNode: 5,
  /** It has no asyncio-ts in it, or another version. */
  noLibrary: 6,
  /** A step blocks its loop. */
  blocked: 7,
  /** Its inspector can't be reached. */
  noInspector: 8,
  /** A file can't be read or written. */
  noFile: 9,
  /** A file is no recording. */
  noTrace: 10,
  /** A recording has a newer format. */
  newFormat: 11,
} as const;

/** Says why a process can't be looked at, or a recording not drawn. */
export class InspectError extends Error {
  readonly exitCode: number;

  constructor(kind: keyof typeof exitCodes, message: string) {
    super(message);
    this.name = "InspectError";
    this.exitCode = exitCodes[kind];
  }
}
