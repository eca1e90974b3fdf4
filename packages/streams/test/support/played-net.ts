import type * as Net from "node:net";
import { vi } from "vitest";

/** Has the streams get a `node:net` of which a test plays a part, until mocks are restored. */
export function playNet(net: Partial<typeof Net>): void {
  const { getBuiltinModule } = process;
  const played = { ...getBuiltinModule("node:net"), ...net };
  vi.spyOn(process, "getBuiltinModule").mockImplementation(
    (name: string) => (name === "node:net" ? played : getBuiltinModule(name)) as never,
  );
}
