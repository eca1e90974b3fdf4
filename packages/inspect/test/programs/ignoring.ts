/** A program that handles SIGUSR1 itself. */
process.on("SIGUSR1", () => {});
setInterval(() => {}, 1000);
console.log("ready");
