/**
 * A registry of npm packages on this machine, in this process. It serves what is published to it, and passes on every other
 * request to the registry that npm has in its configuration on this machine.
 */
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { runServer } from "verdaccio";
import type { Stage } from "./stage.js";

/** Starts a registry that serves the packages of these names from here alone; returns its URL. */
export async function startRegistry(
  stage: Stage,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const configured = async (key: string): Promise<string | undefined> => {
    const value = (await stage.run(["npm", "config", "get", key], { folder: stage.folder, env })).trim();
    return value === "null" || value === "undefined" || value === "" ? undefined : value;
  };
  const url = await configured("registry");
  const cafile = await configured("cafile");
  const ca = cafile === undefined ? undefined : readFileSync(cafile, "utf8");
  const folder = stage.makeFolder("registry");
  const everybody = { access: "$all", publish: "$all" };
  const server = (await runServer({
    self_path: folder,
    configPath: `${folder}/config.yaml`,
    storage: `${folder}/storage`,
    auth: { htpasswd: { file: `${folder}/htpasswd` } },
    uplinks: { upstream: { url, ca, timeout: "60s", max_fails: 100 } },
    packages: {
      ...Object.fromEntries(names.map((name) => [name, everybody])),
      "**": { access: "$all", proxy: "upstream" },
    },
    web: { enable: false },
    log: { type: "stdout", level: "fatal" },
    // The default allows too few requests for package managers that install at the same time.
    userRateLimit: { windowMs: 1000, max: 100_000 },
    max_body_size: "50mb",
  })) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  await stage.onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
