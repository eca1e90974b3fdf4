import { isCoroutine } from "@asyncio-ts/coroutine";
import { isNativeGenerator } from "@asyncio-ts/coroutine/internal";

/**
 * Returns the name of the function that a body is, or is a call of; empty if nothing tells it: an anonymous
 * function, or a raw generator object, which does not know its function. Never throws.
 */
export function nameOfBody(body: unknown): string {
  try {
    // Asking a generator for a brand is slow: see `NativeGenerator`.
    if (typeof body !== "function" && (isNativeGenerator(body) || !isCoroutine(body))) return "";
    const { name } = body as { readonly name: unknown };
    return typeof name === "string" ? name : "";
  } catch {
    return ""; // A proxy, or a static getter of a class, that throws.
  }
}
