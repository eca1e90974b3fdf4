export type AnyFunction = (...args: readonly unknown[]) => unknown;

/**
 * Returns the module's functions by name. Those of a CommonJS module are properties of its default export.
 */
export function functionsOf(module: object): Map<string, AnyFunction> {
  const found = new Map<string, AnyFunction>();
  const exported = Object.entries(module);
  const byDefault = (module as { default?: unknown }).default;
  if (typeof byDefault === "object" && byDefault !== null) exported.unshift(...Object.entries(byDefault));
  for (const [name, value] of exported) {
    if (typeof value === "function") found.set(name, value as AnyFunction);
  }
  return found;
}

/** The `code` of the error of `noSuchFunction`, by which a queue knows that no other attempt will find the function. */
export const NO_SUCH_FUNCTION = "ERR_NO_SUCH_FUNCTION";

/** Returns the error of a job whose function the module does not have. */
export function noSuchFunction(
  name: string,
  url: string,
  functions: ReadonlyMap<string, AnyFunction>,
): TypeError {
  const names = [...functions.keys()].join(", ") || "none";
  const error = new TypeError(`there is no function ${name}() in ${url}; its functions: ${names}`);
  return Object.assign(error, { code: NO_SUCH_FUNCTION });
}
