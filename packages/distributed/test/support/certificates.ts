/** Certificates of an authority of the test's own, made by openssl in a temporary folder. */
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "@asyncio-ts/testkit/installed";
import { describe } from "vitest";
import { program, suite, unless } from "./redis.js";

const openssl = findProgram("openssl");
const without =
  openssl === undefined ? "openssl is not installed" : hasTls() ? "" : "the server was built without TLS";

/** A group of tests that need a server with TLS. */
export const tlsSuite: typeof describe.only =
  without === "" ? suite : (describe.skip as unknown as typeof describe.only);
/** Stands in the title of such a group. */
export const unlessTls: string = unless !== "" || without === "" ? unless : ` (skipped: ${without})`;

/** Tells whether the server knows the options of TLS: it names the first one that it does not know. */
function hasTls(): boolean {
  if (program === undefined) return true;
  const { stderr, stdout } = spawnSync(program, ["--tls-port", "0", "--no-such-option", "1"], {
    encoding: "utf8",
  });
  return !/>>> 'tls-port/.test(stderr + stdout);
}

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export class Certificates {
  readonly folder: string = mkdtempSync(join(tmpdir(), "asyncio-ts-certificates-"));

  constructor() {
    const elliptic = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    this.openssl(`req -x509 ${elliptic} -days 2 -keyout ca.key -out ca.pem -subj /CN=authority`);
    for (const name of ["server", "client"]) {
      this.openssl(`req ${elliptic} -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
      renameSync(this.file(this.sign(name, "DNS:localhost,IP:127.0.0.1", 2)), this.file(`${name}.pem`));
    }
  }

  /** Signs a certificate for some names, and so many days from now; returns its file. */
  sign(name: string, names: string, days: number): string {
    const signed = `${randomUUID()}.pem`;
    writeFileSync(this.file("names"), `subjectAltName=${names}`);
    const authority = "-CA ca.pem -CAkey ca.key -CAcreateserial";
    this.openssl(`x509 -req -in ${name}.csr ${authority} -days ${days} -extfile names -out ${signed}`);
    return signed;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  get ca(): string {
    return readFileSync(this.file("ca.pem"), "utf8");
  }

  /** The certificate of a client, and its key. */
  get client(): Pair {
    return {
      cert: readFileSync(this.file("client.pem"), "utf8"),
      key: readFileSync(this.file("client.key"), "utf8"),
    };
  }

  /** The options of a server that has TLS on a port. */
  server(port: number, certificate = "server.pem"): string[] {
    const files = {
      "tls-cert-file": certificate,
      "tls-key-file": "server.key",
      "tls-ca-cert-file": "ca.pem",
    };
    const options = Object.entries(files).flatMap(([option, name]) => [`--${option}`, this.file(name)]);
    return ["--tls-port", String(port), ...options];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private openssl(args: string): void {
    execFileSync(openssl as string, args.split(" "), { cwd: this.folder, stdio: "pipe" });
  }
}
