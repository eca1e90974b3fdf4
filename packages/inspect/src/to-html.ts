/**
 * A recording as a page: one file that needs no network. The data is JSON in a `<script>` that no browser runs, in which
 * every `<` is an escape, so that no name can end it; the script is the text of a function (`view-timeline.ts`).
 */
import { count, durationText, escapeMarkup } from "./picture-text.js";
import { timeWords } from "./time-words.js";
import { rowsOf, type SpanState } from "./timeline.js";
import type { Trace } from "./trace.js";
import { type View, viewTimeline } from "./view-timeline.js";

/** Options for `toHtml()`. */
export interface HtmlOptions {
  /** The title; if it is not given, the number of tasks and the duration. */
  readonly title?: string;
}

/**
 * Returns a recording as a page to look around in: a timeline that zooms with the wheel, two fingers, the keys or buttons,
 * filters tasks by name and outcome, and shows what is known of a task when it is clicked: who made it, its group, its
 * steps, what it waited for, who woke it. It is one file that uses nothing from elsewhere. It follows the light or
 * dark colours of the reader's system, and works with a mouse, with fingers and with the keyboard alone.
 *
 * @example
 * ```ts
 * import { toHtml, type Trace } from "@asyncio-ts/inspect";
 *
 * const trace: Trace = {
 *   format: 1, pid: 7, runtime: "node 24.21.0", startedAt: 0, duration: 5, dropped: 0, ended: null,
 *   tasks: [{ id: 1, name: "poller", function: "poll", loop: 2, maker: null, group: null, madeAt: 0, endedAt: 5,
 *     outcome: "returned" }],
 *   groups: [], objects: [],
 *   events: [{ kind: "step", time: 0, duration: 5, task: 1, wokenBy: null, ready: 0, waitsFor: null }],
 * };
 * console.log(/<title>.*?<\/title>/.exec(toHtml(trace))?.[0]);
 * // prints: <title>1 task, 5 ms</title>
 * ```
 */
export function toHtml(trace: Trace, options: HtmlOptions = {}): string {
  const title = options.title ?? `${count(trace.tasks.length, "task")}, ${durationText(trace.duration)}`;
  const notes = [
    `${trace.runtime}${trace.pid === null ? "" : `, process ${trace.pid}`}, ${new Date(trace.startedAt).toISOString()}.`,
    ...(trace.dropped > 0 ? [`The first ${count(trace.dropped, "event")} were not kept.`] : []),
    ...(trace.ended === null ? [] : [`The program ended: ${trace.ended}`]),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeMarkup(title)}</h1>
<p>${escapeMarkup(notes.join(" "))}</p>
<div class="tools">
<input id="filter" type="search" placeholder="Name or function" aria-label="Show tasks with this name or function">
<select id="outcome" aria-label="Show tasks with this outcome">
<option value="">all outcomes</option><option>returned</option><option>failed</option><option>cancelled</option>
<option value="open">not ended</option><option value="asked">asked to stop</option>
</select>
<span class="buttons"><button id="out" aria-label="Zoom out">−</button><button id="in" aria-label="Zoom in">+</button><button id="all">All</button></span>
<span class="counts"><output id="shown"></output> <output id="range"></output></span>
</div>
</header>
<main>
<div id="scroller"><div id="space"><canvas id="chart" tabindex="0" role="application" aria-label="Timeline of the tasks" aria-describedby="help"></canvas></div></div>
<aside id="details" aria-labelledby="details-title" hidden>
<h2 id="details-title"></h2>
<span class="buttons"><button id="to-task">Zoom to it</button><button id="close" aria-label="Close the details">✕</button></span>
<div id="details-body"></div>
</aside>
</main>
<footer>
<ul class="legend">
<li><i class="runs"></i>runs</li><li><i class="waits"></i>waits: time, network …</li><li><i class="blocks"></i>waits for another task</li><li><i class="new"></i>has not begun</li><li><i class="request"></i>is asked to stop</li>
</ul>
<p id="help">Wheel or two fingers zoom, over the names the wheel scrolls; drag to move; click a task for its details. Keys: arrows, + and −, 0 for all, Enter, Escape.</p>
</footer>
<div id="said" aria-live="polite"></div>
<script type="application/json" id="recording">${JSON.stringify(viewOf(trace)).replaceAll("<", "\\u003c")}</script>
<script>
${script()}
</script>
</body>
</html>
`;
}

/** A bundler that keeps the names of functions calls a helper in their texts, which is not in the page. */
function script(): string {
  return `var __name = (value) => value;\n(${viewTimeline.toString()})((${timeWords.toString()})());`;
}

const states: readonly SpanState[] = ["running", "waiting", "blocked", "scheduled"];

function viewOf(trace: Trace): View {
  const texts = new Map<string, number>();
  const textOf = (text: string): number => {
    let index = texts.get(text);
    if (index === undefined) texts.set(text, (index = texts.size));
    return index;
  };
  const rows = rowsOf(trace).map(({ task, depth, from, to, spans, cancels }) => ({
    id: task.id,
    name: task.name,
    function: task.function,
    depth,
    group: task.group,
    maker: task.maker,
    madeAt: nanoseconds(task.madeAt),
    outcome: task.outcome,
    from: nanoseconds(from),
    to: nanoseconds(to),
    cancels: cancels.map(({ time, by, message }) => [nanoseconds(time), by, message] as const),
    spans: spans.flatMap(({ state, from, to, text, wokenBy }) => [
      states.indexOf(state),
      nanoseconds(from),
      nanoseconds(to),
      textOf(text),
      wokenBy ?? 0,
    ]),
  }));
  return { duration: nanoseconds(trace.duration), texts: [...texts.keys()], rows };
}

/** Milliseconds with no more digits than are known. */
const nanoseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6) / 1e6;

const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--quiet:#57606a;--grid:#d8dee4;--run:#0550ae;--wait:#d4ecda;--edge:#1a7f37;--block:#953800;--fail:#b42318;--end:#6639ba;--chosen:#eaf2fd;--button:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--quiet:#9da7b3;--grid:#30363d;--run:#79b8ff;--wait:#173a26;--edge:#56b377;--block:#e0a458;--fail:#ff8a80;--end:#c4a5ff;--chosen:#1b2636;--button:#21262d}}
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;background:var(--paper);color:var(--ink);font:14px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,footer{padding:8px 10px;flex:none}
h1{font-size:16px;margin:0;overflow-wrap:anywhere}h2{font-size:15px;margin:0;flex:1;overflow-wrap:anywhere}
p{margin:2px 0;color:var(--quiet);font-size:12px;overflow-wrap:anywhere}
.tools{display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin-top:6px}
input,select,button{font:inherit;color:inherit;background:var(--button);border:1px solid var(--quiet);border-radius:6px;padding:4px 8px;min-height:32px}
input{flex:1 1 140px;min-width:0;max-width:280px}button{cursor:pointer;min-width:36px}
.buttons{display:inline-flex;gap:4px}.counts{color:var(--quiet);font-size:12px;font-variant-numeric:tabular-nums}
:focus-visible{outline:2px solid var(--run);outline-offset:-2px}
main{flex:1;min-height:0;display:flex;border-block:1px solid var(--grid)}
#scroller{flex:1;min-width:0;overflow:hidden auto}
#chart{position:sticky;top:0;display:block;width:100%;touch-action:pan-y;cursor:grab}
#details{flex:none;width:340px;overflow:auto;padding:10px;border-left:1px solid var(--grid);display:flex;flex-wrap:wrap;gap:6px;align-content:flex-start;background:var(--paper)}
#details[hidden]{display:none}#details-body{flex:1 0 100%}
dl{margin:0;display:grid;grid-template-columns:auto 1fr;gap:4px 12px}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere;min-width:0}dd ul{margin:0;padding-left:16px}
.link{border:0;background:none;padding:0;min-height:0;min-width:0;color:var(--run);text-decoration:underline;text-align:left;overflow-wrap:anywhere}
.legend{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:2px 16px;font-size:12px}
.legend li{display:inline-flex;align-items:center;gap:6px}.legend i{display:inline-block;width:24px;height:12px}
.runs{background:var(--run)}.waits{background:var(--wait);border:1px solid var(--edge)}
.blocks{background:repeating-linear-gradient(135deg,var(--block) 0 2px,transparent 2px 5px);border:1px solid var(--block);height:7px!important}
.new{border-bottom:2px dotted var(--quiet);height:2px!important}
.request{width:0!important;height:0!important;border:5px solid transparent;border-top:8px solid var(--end);border-bottom:0}
#said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media (max-width:640px){main{position:relative}#details{position:absolute;inset:auto 0 0;width:auto;max-height:60%;border-left:0;border-top:2px solid var(--quiet)}#help{display:none}}
`;
