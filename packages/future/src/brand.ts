/** Whether `value` has a brand. Of a proxy that was revoked nothing can be asked: it has none. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return brand in value;
  } catch {
    return false;
  }
}
