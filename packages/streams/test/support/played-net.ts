import type * as Net from "node:net";
import { vi } from "vitest";

/** Has the streams get a `node:net` that a test plays, until mocks are restored. */
export function playNet(net: Partial<typeof Net>): void {
  const { getBuiltinModule } = process;
  vi.spyOn(process, "getBuiltinModule").mockImplementation(
    (name: string) => (name === "node:net" ? net : getBuiltinModule(name)) as never,
  );
}
