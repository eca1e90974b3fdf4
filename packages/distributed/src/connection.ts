/** Where Redis is, as users say it. These types know nothing of Node, nor of the client: see redis.ts. */

/** Where Redis or Valkey is, in parts. */
export interface ConnectionOptions {
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
  /** Options of Node's `tls.connect()`, such as `ca`; `{}` for a certificate that the system trusts. Default: no TLS. */
  readonly tls?: Readonly<Record<string, unknown>>;
}

/**
 * Where Redis or Valkey is: a URL (`redis://user:password@host:6379/0`, `rediss://…` for TLS, `unix:///path/of/socket`),
 * or its parts.
 */
export type Connection = string | URL | ConnectionOptions;
