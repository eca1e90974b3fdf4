/** The module that the workers load. */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The size of the whole picture, in pixels. */
export const size = { width: 640, height: 480 } as const;
const DEEPEST = 2000;

/** Computes a tile of the Mandelbrot set: the shade of each pixel, line by line. */
export function render({ x, y, width, height }: Tile): Uint8Array {
  const shades = new Uint8Array(width * height);
  for (let i = 0; i < shades.length; i++) {
    const re = ((x + (i % width)) / size.width) * 3.2 - 2.3;
    const im = ((y + Math.floor(i / width)) / size.height) * 2.4 - 1.2;
    const depth = depthOf(re, im);
    shades[i] = depth === DEEPEST ? 0 : 255 - Math.round(230 * (1 - 1 / Math.sqrt(1 + depth / 8)));
  }
  return shades;
}

/** Returns after how many steps the orbit of a point leaves the circle; at most `DEEPEST`. */
function depthOf(re: number, im: number): number {
  let [a, b] = [0, 0];
  for (let depth = 0; depth < DEEPEST; depth++) {
    [a, b] = [a * a - b * b + re, 2 * a * b + im];
    if (a * a + b * b > 4) return depth;
  }
  return DEEPEST;
}
