/**
 * Options of TLS: those of Node's `tls.connect()`, and of `tls.createServer()` in servers. The commonest are
 * listed.
 */
export interface TlsOptions {
  /** The certificates to trust, instead of the well-known ones. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The certificate to show, and those that vouch for it. */
  readonly cert?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The private key of the certificate. */
  readonly key?: string | Uint8Array | readonly (string | Uint8Array)[];
  readonly passphrase?: string;
  /** False to accept any certificate of the other side. */
  readonly rejectUnauthorized?: boolean;
  /** True if a server asks its clients for certificates. */
  readonly requestCert?: boolean;
  readonly ALPNProtocols?: readonly string[];
  readonly minVersion?: string;
  readonly [option: string]: unknown;
}
