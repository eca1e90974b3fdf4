import { bothKinds } from "@asyncio-ts/testkit";
import { describe, test } from "vitest";
import { explorePair } from "./explored/explore-pair.js";
import { scopes } from "./explored/scopes.js";
import { subjects } from "./explored/subjects.js";

describe.each(bothKinds)("users of one primitive, in %s, some of them cancelled:", (kind) => {
  describe.each(subjects)("$name", (subject) => {
    test.each(scopes)("$name", async (scope) => {
      await explorePair(subject, scope, kind, { runs: 20 });
    });
  });
});
