#!/usr/bin/env node
import { command } from "./command.js";

process.exitCode = await command(process.argv.slice(2), {
  out: (text) => console.log(text),
  error: (text) => console.error(text),
  stdout: process.stdout,
  terminal:
    process.stdin.isTTY && process.stdout.isTTY
      ? { input: process.stdin, output: process.stdout }
      : undefined,
  colored: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
});
