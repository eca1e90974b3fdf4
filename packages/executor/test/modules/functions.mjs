export function kind() {
  return "ESM";
}
export const notAFunction = 1;
