/**
 * The environments of commands: that of the maintainer who makes the release, and that of a stranger, who has a home folder
 * of their own.
 */
import { writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Stage } from "./stage.js";

/** The variables of this machine that a stranger has too: they say how to reach the system and the network. */
const kept = /^(?:https?_proxy|node_extra_ca_certs|ssl_cert_file|lang|lc_\w+|systemroot|comspec|pathext)$/i;

/**
 * Makes a home folder, and returns the environment of somebody who lives there. Each package manager finds the registry in
 * its configuration there and has its caches there, so all strangers share them and the machine keeps nothing.
 */
export function strangersEnvironment(stage: Stage, root: string, registry: string): NodeJS.ProcessEnv {
  const home = stage.makeFolder("home");
  // Every client but Yarn's newer ones reads it.
  writeFileSync(join(home, ".npmrc"), npmrc(registry));
  writeFileSync(
    join(home, ".yarnrc.yml"),
    [
      `npmRegistryServer: ${JSON.stringify(registry)}`,
      "unsafeHttpWhitelist: [127.0.0.1]",
      "enableTelemetry: false",
      // There is no lockfile yet, and the packages have just been published.
      "enableImmutableInstalls: false",
      "npmMinimalAgeGate: 0",
    ].join("\n"),
  );
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name))),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: stage.makeFolder("temporary"),
    PATH: pathOutside(root),
    NO_PROXY: "127.0.0.1,localhost",
    NO_COLOR: "1",
    NO_UPDATE_NOTIFIER: "1",
    DENO_NO_UPDATE_CHECK: "1",
    DO_NOT_TRACK: "1",
  };
}

/** Returns the environment of the maintainer: that of this machine, as it is outside of pnpm's scripts. */
export function maintainersEnvironment(stage: Stage, root: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^p?npm_/i.test(name));
  return {
    ...Object.fromEntries(own),
    TMPDIR: stage.makeFolder("temporary"),
    PATH: pathOutside(root),
    CI: "true", // nothing asks a question
    DO_NOT_TRACK: "1",
  };
}

/** Returns the environment in which the maintainer publishes to this registry, and to no other. */
export function publishersEnvironment(stage: Stage, root: string, registry: string): NodeJS.ProcessEnv {
  const folder = stage.makeFolder("maintainer");
  const userconfig = join(folder, "npmrc");
  writeFileSync(userconfig, npmrc(registry));
  return {
    ...maintainersEnvironment(stage, root),
    npm_config_registry: registry,
    npm_config_userconfig: userconfig,
    npm_config_cache: join(folder, "cache"),
    NO_PROXY: "127.0.0.1,localhost",
  };
}

/** npm's configuration for this registry. npm does not publish without a token, whichever it is. */
function npmrc(registry: string): string {
  return `registry=${registry}\n//${new URL(registry).host}/:_authToken=rehearsal\n`;
}

/** The PATH without the programs of this workspace, where pnpm's scripts find them. */
function pathOutside(root: string): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.filter((folder) => !resolve(folder).startsWith(root)).join(delimiter);
}
