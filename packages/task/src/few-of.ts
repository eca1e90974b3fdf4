/** Short texts for messages and reports: there may be 100,000 of anything, and a name may have any length. */

const LONGEST_NAME = 120;
const MOST_NAMES = 3;

/** Returns `1 more task` or `99,900 more tasks`. */
export function more(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} more ${what}${count === 1 ? "" : "s"}`;
}

/** Returns the first few of `count` things, and how many more there are: `a, b, c, … and 7 more`. */
export function fewOf(things: Iterable<unknown>, count: number): string {
  const few: string[] = [];
  for (const thing of things) {
    if (few.length === MOST_NAMES) {
      return `${few.join(", ")}, … and ${(count - few.length).toLocaleString("en-US")} more`;
    }
    few.push(cut(String(thing)));
  }
  return few.join(", ");
}

/** Cuts a name if it is long. */
export function cut(name: string, longest: number = LONGEST_NAME): string {
  return name.length <= longest ? name : `${name.slice(0, longest - 1)}…`;
}
