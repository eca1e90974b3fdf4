/**
 * Measures one contender of one case in this process, and writes what it found to standard output as a line
 * of JSON. Arguments: topic, case, contender, and the effort as JSON.
 */
import { measure } from "./measure.js";
import type { Effort } from "./effort.js";
import { caseNamed, type Contender, type Load, type Topic } from "./topic.js";

const [topicName = "", caseName = "", contender = "", effort = ""] = process.argv.slice(2);
// Only this topic's file: what others import does not burden the process.
const { topic } = (await import(`./topics/${topicName}.js`)) as { topic: Topic };
const chosen = caseNamed(topic, caseName);
const load: Load | undefined = (chosen.contenders as Partial<Record<Contender, Load>>)[
  contender as Contender
];
if (load === undefined) throw new Error(`${contender} has no program for ${topicName}, ${caseName}`);
const measurement = await measure(await load(), chosen, JSON.parse(effort) as Effort);
// Timers of peers may be left; the process is done all the same.
process.stdout.write(`${JSON.stringify(measurement)}\n`, () => process.exit());
