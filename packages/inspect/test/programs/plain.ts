/** A program without this library. */
setInterval(() => {}, 1000);
console.log("ready");
