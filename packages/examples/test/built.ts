import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const tour = fileURLToPath(new URL("../dist/tour.js", import.meta.url));

export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
}

/**
 * Runs sections as `pnpm start` does, built: what has workers has to be.
 *
 * @param onOutput is called with all the output so far whenever there is more
 * @param nodeOptions what Node itself is told
 */
export async function runBuilt(
  args: readonly string[],
  onOutput?: (out: string, kill: (signal: NodeJS.Signals) => void) => void,
  nodeOptions: readonly string[] = [],
): Promise<Ended> {
  const child = spawn(process.execPath, [...nodeOptions, tour, ...args], { timeout: 110_000 });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    onOutput?.(out, (signal) => child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { out, err, code };
}
