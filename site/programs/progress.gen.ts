import { coroutine, interval, map, race, run, sleep } from "asyncio-ts";

const films = [
  { name: "otters.mp4", megabytes: 5 },
  { name: "owls.mp4", megabytes: 9 },
  { name: "moles.mp4", megabytes: 6 },
];
const total = films.reduce((sum, { megabytes }) => sum + megabytes, 0);
let sent = 0;

// Stands for an upload in pieces of a megabyte.
const upload = coroutine(function* ({ name, megabytes }: (typeof films)[number]) {
  for (let piece = 1; piece <= megabytes; piece++) {
    yield* sleep(130);
    sent += 1;
  }
  return name;
});

const uploadAll = () =>
  map(films, upload, { limit: 2, ordered: false }).each((name) => {
    console.log(`${name} is there`);
  });

const report = () =>
  interval(300).each(() => {
    const tenths = Math.round((10 * sent) / total);
    console.log(`${"#".repeat(tenths).padEnd(10, "-")} ${sent} of ${total} MB`);
  });

await run(function* () {
  yield* race([uploadAll(), report()]);
  console.log(`${sent} MB sent`);
});
