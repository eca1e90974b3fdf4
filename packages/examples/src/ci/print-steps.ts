import { createColors } from "picocolors";
import type { Reporter } from "./run-steps.js";
import type { Step } from "./steps.js";

/** Prints what the steps do, each line after the name of its step, in a colour of its own on a terminal. */
export function printSteps(steps: readonly Step[], stream: NodeJS.WriteStream): Reporter {
  const colors = createColors(Boolean(stream.isTTY && stream.hasColors()));
  const palette = [colors.cyan, colors.magenta, colors.yellow, colors.green, colors.blue];
  const width = Math.max(...steps.map(({ name }) => name.length));
  const names = new Map(
    steps.map(({ name }, index) => [name, palette[index % palette.length]?.(name.padEnd(width))]),
  );
  const print = ({ name }: Step, line: string): void => console.log(`${names.get(name)} | ${line}`);
  return {
    started: (step) => print(step, colors.dim(`$ ${step.run}`)),
    printed: print,
    passed: (step) => print(step, colors.bold("passed")),
  };
}
