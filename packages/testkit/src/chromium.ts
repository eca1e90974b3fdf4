/** The Chromium that tests drive. */
import { existsSync } from "node:fs";

const EXECUTABLES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
export const executablePath: string | undefined =
  process.env["CHROMIUM"] ?? EXECUTABLES.find((path) => existsSync(path));

/** Options for `describe`: its tests are skipped, with the reason in their name, where there is no Chromium. */
export const hasChromium: boolean = executablePath !== undefined;
export const needingChromium: string = hasChromium
  ? "in Chromium"
  : "in Chromium (skipped: there is none here; apt-get install chromium, or set CHROMIUM)";
