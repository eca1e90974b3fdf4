#!/usr/bin/env node
import { command } from "./command.js";

const code = await command(process.argv.slice(2), {
  out: (text) => console.log(text),
  error: (text) => console.error(text),
  onSignal: (callback) => void process.on("SIGTERM", callback).on("SIGINT", callback),
  exit: (code) => process.exit(code),
});
// A function that runs as a task, and does not stop, would hold the process.
process.exit(code);
