/** Describes a value in error messages. Never throws, even for a symbol or a revoked proxy. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    const name: unknown = value.constructor?.name;
    const isNamed = typeof name === "string" && name !== "";
    return `an object of class ${isNamed ? name : Object.prototype.toString.call(value).slice("[object ".length, -1)}`;
  } catch {
    return "an object that can't be read";
  }
}
