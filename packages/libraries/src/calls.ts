/**
 * How other libraries are cancelled: each in the one line that `docs/libraries.md` shows, as the argument of
 * `abortable`. All of them call servers that never answer. The tests compare the page with this file.
 */
import { EventEmitter, once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import axios from "axios";
import { execa } from "execa";
import { got } from "got";
import { Redis } from "ioredis";
import ky from "ky";
import OpenAI from "openai";
import { Client } from "pg";
import { request } from "undici";
import type { SilentServers } from "./silent-servers.js";

/** Starts an operation that never ends, unless the signal stops it. */
export type Start = (signal: AbortSignal) => PromiseLike<unknown>;

/** Makes what the operation of each library needs, such as a connected client, and returns the operation. */
export const calls: Readonly<Record<string, (servers: SilentServers) => Start | Promise<Start>>> = {
  fetch: ({ url }) => {
    return (signal) => fetch(url, { signal });
  },
  axios: ({ url }) => {
    return (signal) => axios.get(url, { signal });
  },
  got: ({ url }) => {
    return (signal) => got(url, { signal });
  },
  ky: ({ url }) => {
    return (signal) => ky(url, { signal });
  },
  undici: ({ url }) => {
    return (signal) => request(url, { signal });
  },
  openai: ({ url }) => {
    const openai = new OpenAI({ apiKey: "none", baseURL: url });
    return (signal) => openai.models.list({ signal });
  },
  pg: async ({ host, postgresPort: port }) => {
    const client = new Client({ host, port, user: "nobody" });
    await client.connect();
    return (signal) => {
      signal.addEventListener("abort", () => client.end());
      return client.query("SELECT pg_sleep(60)");
    };
  },
  ioredis: ({ host, port }) => {
    const redis = new Redis({ host, port });
    return (signal) => {
      signal.addEventListener("abort", () => redis.disconnect());
      return redis.get("key");
    };
  },
  execa: () => {
    return (cancelSignal) => execa("sleep", ["60"], { cancelSignal });
  },
  "events.once": () => {
    const emitter = new EventEmitter();
    return (signal) => once(emitter, "event", { signal });
  },
  "node:stream": () => {
    const source = new Readable({ read() {} });
    const sink = new PassThrough();
    return (signal) => pipeline(source, sink, { signal });
  },
  "timers/promises": () => {
    return (signal) => setTimeout(60_000, undefined, { signal });
  },
};
