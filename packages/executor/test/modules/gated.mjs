/** Is loaded when there is the file GATE, and then leaves a mark in the file LOADED. */
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const { GATE, LOADED, LOADING } = process.env;
appendFileSync(LOADING, "loading\n");
while (!existsSync(GATE)) await pause(2);
appendFileSync(LOADED, "loaded\n");

export function add(a, b) {
  return a + b;
}
