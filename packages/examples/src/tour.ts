import { tour } from "./tour/command.js";

// `pnpm start | head` is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await tour(process.argv.slice(2));
