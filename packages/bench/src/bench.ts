import { bench } from "./command.js";

// `pnpm bench | head` is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await bench(process.argv.slice(2));
