/** Where Redis is, as users say it. These types know nothing of Node, nor of the client: see redis.ts. */

/** Where Redis or Valkey is, in parts. */
export interface ConnectionOptions {
  /** The URL, instead of all other parts but `tls`. */
  readonly url?: string | URL;
  /** Default: `localhost`. */
  readonly host?: string;
  /** Default: 6379. */
  readonly port?: number;
  /** The path of a Unix socket, instead of host and port. */
  readonly path?: string;
  readonly username?: string;
  readonly password?: string;
  /** The number of the database. Default: 0. */
  readonly db?: number;
  /**
   * Options of Node's `tls.connect()`: `{ ca }` for the certificate of an authority of your own, `{ ca, cert, key }` if
   * clients need a certificate too, `{}` for a certificate that the system trusts. Default: no TLS, or `{}` for a URL
   * that begins with `rediss:`.
   */
  readonly tls?: Readonly<Record<string, unknown>>;
}

/** Where the nodes of a cluster are. */
export interface ClusterOptions {
  /** Some of the nodes: the others are found through the first that answers. Password and TLS are those of the first. */
  readonly nodes: readonly (string | URL | ConnectionOptions)[];
}

/**
 * Where Redis or Valkey is: a URL (`redis://user:password@host:6379/0`, `rediss://…` for TLS, `unix:///path/of/socket`),
 * its parts, or the nodes of a cluster.
 */
export type Connection = string | URL | ConnectionOptions | ClusterOptions;
