import { createLogUpdate } from "log-update";
import type { Download } from "./fetch-all.js";
import { count } from "./summary.js";

/** Tells how far the downloads are. */
export interface Progress {
  /** The state of this one has changed. */
  changed(download: Download): void;
  /** Nothing more will change. */
  done(): void;
}

/** A line that is written over and over in a terminal; elsewhere a line for each URL that has ended. */
export function showProgress(downloads: readonly Download[], stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? progressLine(downloads, stream) : plainLines(downloads, stream);
}

function progressLine(downloads: readonly Download[], stream: NodeJS.WriteStream): Progress {
  const update = createLogUpdate(stream, { showCursor: true });
  const show = (): void => {
    const { urls, ok, failed, timedOut } = count(downloads);
    const ended = ok + failed + timedOut;
    const bar = "█".repeat(ended).padEnd(urls, "░");
    update(`${bar} ${ended}/${urls}  ${ok} ok, ${failed} failed, ${timedOut} timed out`);
  };
  return {
    changed: show,
    done() {
      show();
      update.done();
    },
  };
}

function plainLines(downloads: readonly Download[], stream: NodeJS.WriteStream): Progress {
  let ended = 0;
  return {
    changed({ url, state, attempts }) {
      if (state === "waiting" || state === "fetching") return;
      ended++;
      const { pathname } = new URL(url);
      const number = String(ended).padStart(String(downloads.length).length);
      stream.write(`${number}/${downloads.length} ${pathname} ${state}, attempt ${attempts}\n`);
    },
    done() {},
  };
}
