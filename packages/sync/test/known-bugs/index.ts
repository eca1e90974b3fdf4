import { cancellation } from "./cancellation.js";
import type { KnownBug } from "./known-bug.js";
import { sharedState } from "./shared-state.js";
import { signals } from "./signals.js";

export const knownBugs: readonly KnownBug[] = [...sharedState, ...signals, ...cancellation];
