/**
 * Chunks: the bytes that have arrived and were not taken yet, in the chunks in which they arrived.
 *
 * `first` is the index of the first chunk that has bytes left, and `offset` the number of its bytes that were
 * taken. `length` counts the bytes from there to the end of the last chunk.
 *
 * Nothing is copied while bytes arrive. Bytes that are within one chunk are taken as a view of it; only those
 * that span chunks are copied, once. So a small result may keep a large chunk alive.
 *
 * Places of a search are `(index, position)` pairs. Adding chunks keeps them valid; taking bytes does not.
 */

/** From this number of chunks that were taken on, they are removed from the front of the list. */
const MOST_TAKEN = 64;

export class Chunks {
  /** The number of bytes. */
  length = 0;
  readonly list: Uint8Array[] = [];
  first = 0;
  offset = 0;

  /** Appends a chunk, which must have bytes, and keeps it: its bytes must not be changed any more. */
  push(chunk: Uint8Array): void {
    this.list.push(chunk);
    this.length += chunk.length;
  }

  /** Takes `count` bytes, which must be there, from the front. */
  take(count: number): Uint8Array {
    if (count === 0) return new Uint8Array(0);
    const { first, offset } = this;
    const chunk = this.list[first] as Uint8Array;
    const left = chunk.length - offset;
    if (count > left) return this.join(count);
    this.skip(count);
    return count === chunk.length ? chunk : viewOf(chunk, offset, count);
  }

  /** Removes `count` bytes, which must be in the first chunk, from the front. */
  skip(count: number): void {
    this.length -= count;
    this.offset += count;
    if (this.offset === (this.list[this.first] as Uint8Array).length) this.dropFirst();
  }

  /** Removes all bytes. */
  clear(): void {
    this.length = this.first = this.offset = 0;
    this.list.length = 0;
  }

  /** Returns the byte at a position from the front; undefined if there is none. */
  at(position: number): number | undefined {
    let index = this.first;
    let rest = position + this.offset;
    for (let chunk = this.list[index]; chunk !== undefined; chunk = this.list[++index]) {
      if (rest < chunk.length) return chunk[rest];
      rest -= chunk.length;
    }
    return undefined;
  }

  private join(count: number): Uint8Array {
    const joined = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const chunk = this.list[this.first] as Uint8Array;
      const part = this.take(Math.min(count - filled, chunk.length - this.offset));
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  private dropFirst(): void {
    this.offset = 0;
    if (this.length === 0) {
      this.list.length = this.first = 0;
    } else if (++this.first >= MOST_TAKEN && this.first * 2 >= this.list.length) {
      this.list.splice(0, this.first);
      this.first = 0;
    } else {
      this.list[this.first - 1] = taken;
    }
  }
}

/** Stands in the list for a chunk that was taken, which is not kept alive by it. */
const taken = new Uint8Array(0);

/** Returns a view of a part of some bytes. */
function viewOf(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
}

/** Returns bytes as a plain `Uint8Array`, which a `Buffer` is not: its `slice` and `toString` differ. */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : viewOf(bytes, 0, bytes.length);
}
