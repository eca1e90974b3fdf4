/** Links that carry an edited program: in the part of the address that no browser sends to a server. */
const NAME = "program";

/** The contents of a link: which of a page's programs it was, and its text. */
export interface LinkedProgram {
  readonly variant: string;
  readonly text: string;
}

/** Returns the part of an address behind its `#`. */
export async function toFragment({ variant, text }: LinkedProgram): Promise<string> {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const encoded = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
  return `${NAME}=${variant}.${encoded}`;
}

/** Returns the program of an address; undefined if it has none, or one that can't be read. */
export async function fromFragment(fragment: string): Promise<LinkedProgram | undefined> {
  const [, variant, encoded] = new RegExp(`^#?${NAME}=(\\w+)\\.([\\w-]+)$`).exec(fragment) ?? [];
  if (variant === undefined || encoded === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
    const text = new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
    return { variant, text };
  } catch {
    return undefined;
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const result = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(result).arrayBuffer());
}
