/** Whether `value` has a brand. Of a proxy that was revoked nothing can be asked, and one that claims to have all has none. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return (value as Record<symbol, unknown>)[brand] === true;
  } catch {
    return false;
  }
}
