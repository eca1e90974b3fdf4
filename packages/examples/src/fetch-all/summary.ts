import Table from "cli-table3";
import type { Download } from "./fetch-all.js";

/** The numbers of URLs that ended in each way. */
export interface Counts {
  readonly urls: number;
  readonly attempts: number;
  readonly ok: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly cancelled: number;
}

export function count(downloads: readonly Download[]): Counts {
  const inState = (state: Download["state"]): number =>
    downloads.filter((download) => download.state === state).length;
  return {
    urls: downloads.length,
    attempts: downloads.reduce((sum, download) => sum + download.attempts, 0),
    ok: inState("ok"),
    failed: inState("failed"),
    timedOut: inState("timed out"),
    cancelled: inState("cancelled"),
  };
}

/** The counts of each endpoint, which is the first part of the path. */
export function countByEndpoint(downloads: readonly Download[]): Map<string, Counts> {
  const endpoints = new Set(downloads.map(endpointOf));
  return new Map(
    [...endpoints].map((endpoint) => [
      endpoint,
      count(downloads.filter((download) => endpointOf(download) === endpoint)),
    ]),
  );
}

/** The counts as a table, and in one line that adds them up. */
export function summary(downloads: readonly Download[]): string {
  const table = new Table({
    head: ["endpoint", "URLs", "ok", "failed", "timed out", "cancelled", "attempts"],
    colAligns: ["left", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [endpoint, counts] of countByEndpoint(downloads)) {
    const { urls, ok, failed, timedOut, cancelled, attempts } = counts;
    table.push([endpoint, urls, ok, failed, timedOut, cancelled, attempts]);
  }
  const { urls, ok, failed, timedOut, cancelled, attempts } = count(downloads);
  return (
    `${table.toString()}\n` +
    `${ok} ok + ${failed} failed + ${timedOut} timed out + ${cancelled} cancelled = ${urls} URLs, ` +
    `in ${attempts} attempts`
  );
}

function endpointOf(download: Download): string {
  return `/${new URL(download.url).pathname.split("/")[1]}`;
}
