import { interval, map, race, run, sleep } from "asyncio-ts";

const films = [
  { name: "otters.mp4", megabytes: 5 },
  { name: "owls.mp4", megabytes: 9 },
  { name: "moles.mp4", megabytes: 6 },
];
const total = films.reduce((sum, { megabytes }) => sum + megabytes, 0);
let sent = 0;

// Stands for an upload in pieces of a megabyte.
const upload = async ({ name, megabytes }: (typeof films)[number]) => {
  for (let piece = 1; piece <= megabytes; piece++) {
    await sleep(130);
    sent += 1;
  }
  return name;
};

const uploadAll = async () => {
  for await (const name of map(films, upload, { limit: 2, ordered: false })) {
    console.log(`${name} is there`);
  }
};

const report = async () => {
  for await (const _ of interval(300)) {
    const tenths = Math.round((10 * sent) / total);
    console.log(`${"#".repeat(tenths).padEnd(10, "-")} ${sent} of ${total} MB`);
  }
};

await run(async () => {
  await race([uploadAll, report]);
  console.log(`${sent} MB sent`);
});
