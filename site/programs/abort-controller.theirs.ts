import { setTimeout as sleep } from "node:timers/promises";

async function load(page: string, ms: number, signal: AbortSignal) {
  try {
    await sleep(ms, undefined, { signal });
    console.log(`${page}: loaded`);
  } finally {
    console.log(`${page}: closed`);
  }
}

async function loadSite(signal: AbortSignal) {
  const own = new AbortController();
  const either = AbortSignal.any([signal, own.signal]);
  const loads = [load("/", 300, either)];
  loads.push(load("/news", 1200, either));
  loads.push(load("/about", 9000, either));
  try {
    await Promise.all(loads);
  } catch (error) {
    own.abort(error);
    await Promise.allSettled(loads);
    throw error;
  }
}

const controller = new AbortController();
const timer = setTimeout(() => controller.abort(), 1000);
try {
  await loadSite(controller.signal);
} catch (error) {
  if (!controller.signal.aborted) throw error;
  console.log("not loaded in a second");
} finally {
  clearTimeout(timer);
}
