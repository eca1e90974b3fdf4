/** Clones for other processes, in the format that V8 has for them. */
import { deserialize, Deserializer, serialize, Serializer } from "node:v8";

/** Bun has no `Serializer`, so its own clone is used there. */
export const hasSerializer: boolean = !("bun" in process.versions);

/** Clones a value as a transfer to another process does. */
export function cloneForProcess(value: unknown): unknown {
  return hasSerializer ? fromBytes(toBytes(value)) : deserialize(serialize(value));
}

/** Writes a value in the format of V8. */
export function toBytes(value: unknown): Uint8Array {
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** Reads what `toBytes` has written. */
export function fromBytes(bytes: Uint8Array): unknown {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}
