/**
 * Pictures that must not change unseen. `npx vitest run -u` writes them anew; look at the difference, and at the
 * pictures in a browser, before you commit it.
 */
import { expect } from "vitest";

/** Compares a picture with the file of that name in test/golden. */
export async function expectGolden(name: string, text: string): Promise<void> {
  await expect(text).toMatchFileSnapshot(`./golden/${name}`);
}
