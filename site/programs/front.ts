import { run, sleep, TaskGroup } from "asyncio-ts";

const load = async (page: string, milliseconds: number) => {
  try {
    console.log(`${page}: asked for`);
    await sleep(milliseconds);
    if (page === "/news") throw new Error(`${page} is gone`);
    console.log(`${page}: loaded`);
  } finally {
    console.log(`${page}: cleaned up`);
  }
};

try {
  await run(() =>
    new TaskGroup().with(async (group) => {
      group.createTask(() => load("/", 500), { name: "/" });
      group.createTask(() => load("/news", 1000), { name: "/news" });
      group.createTask(() => load("/about", 9000), { name: "/about" });
    }),
  );
} catch (error) {
  const [first] = (error as AggregateError).errors;
  console.log("After 1 second, not 9:", first.message);
}
