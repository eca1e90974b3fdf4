/** Times in words, and the ticks of a time axis. */

interface Tick {
  readonly time: number;
  readonly text: string;
  /** A narrow picture has these alone. */
  readonly major: boolean;
}

export interface TimeWords {
  /** Returns a duration in words: `350 ms`, `2.4 s`, `12 µs`. */
  durationText(milliseconds: number): string;
  /** Returns at most 11 ticks between two times, at multiples of 1, 2 or 5, all in one unit. */
  ticksOf(from: number, to: number): Tick[];
}

/** Returns functions. The text of this one goes into a page, too, so it uses nothing from outside itself. */
export function timeWords(): TimeWords {
  const units = [
    { least: 3_600_000, size: 3_600_000, name: "h" },
    { least: 120_000, size: 60_000, name: "min" },
    { least: 1000, size: 1000, name: "s" },
    { least: 1, size: 1, name: "ms" },
    { least: 0.001, size: 0.001, name: "µs" },
    { least: 0, size: 0.000_001, name: "ns" },
  ] as const;
  type Unit = (typeof units)[number];
  const unitOf = (milliseconds: number): Unit =>
    units.find(({ least }) => milliseconds >= least && milliseconds > 0) ?? units[3];
  // Sums of doubles miss a multiple by a hair.
  const hair = 1e-9;

  function durationText(milliseconds: number): string {
    const { size, name } = unitOf(milliseconds);
    return `${Number((milliseconds / size).toPrecision(3))} ${name}`;
  }

  function ticksOf(from: number, to: number): Tick[] {
    if (to <= from) return [{ time: from, text: durationText(from), major: true }];
    // The unit fits the end of the axis; far from its beginning, more digits tell the ticks apart.
    const { size, name } = unitOf(to);
    const rough = (to - from) / size / 10;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step =
      [1, 2, 5].map((factor) => factor * power).find((step) => step >= rough * (1 - hair)) ?? 10 * power;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + hair));
    const first = Math.ceil(from / size / step - hair);
    const last = Math.floor(to / size / step + hair);
    const every = last - first > 5 ? 2 : 1;
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const multiple = first + index;
      const number = multiple === 0 ? "0" : (multiple * step).toFixed(digits);
      return { time: multiple * step * size, text: `${number} ${name}`, major: multiple % every === 0 };
    });
  }

  return { durationText, ticksOf };
}
