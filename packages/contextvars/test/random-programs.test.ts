import { bothKinds } from "@asyncio-ts/testkit";
import { test } from "vitest";
import { runRandomPrograms } from "./random-program.js";

test.each(bothKinds)("random programs of %s agree with the model", (kind) => runRandomPrograms(kind, 40));
