import { bothKinds, needing } from "@asyncio-ts/testkit";
import { expect, it } from "vitest";
import { beRude, holdings } from "./support/rude.js";

it.each(bothKinds)(
  "a server outlives 200 rude clients, and keeps nothing of them, in %s",
  needing("list of what holds the process"),
  async (kind) => {
    const before = await holdings();
    expect(await beRude(kind, 200, 1)).toMatchObject({ answered: 20, tasks: 0, reports: [] });
    expect((await holdings()).handles).toEqual(before.handles);
  },
);
