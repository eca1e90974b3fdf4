/** Ends at the signal that opens the inspector. */
process.on("SIGUSR1", () => process.exit());
setInterval(() => {}, 1_000_000);
console.log("ready");
