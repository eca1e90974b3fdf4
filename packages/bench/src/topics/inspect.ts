import { startRecording } from "@asyncio-ts/inspect";
import { type Case, caseNamed, type Contender, type Load, type Topic } from "../topic.js";
import { topic as step } from "./step.js";

const TASKS = 100;
const { generator, async } = caseNamed(step, `${TASKS} tasks`).contenders;

const steps = (name: string, prepare: () => void): Case => {
  const prepared =
    (load: Load | undefined): Load =>
    () => {
      prepare();
      return (load as Load)();
    };
  return {
    name,
    operation: `one suspension of one of ${TASKS} tasks`,
    size: 200_000,
    contenders: { generator: prepared(generator), async: prepared(async) } satisfies Partial<
      Record<Contender, Load>
    >,
  };
};

export const topic: Topic = {
  name: "inspect",
  title: "a step of a task that is recorded",
  note: "The recording goes on from the start of the process, so its ring is full for most of the samples.",
  cases: [steps("nobody looks", () => {}), steps("recorded", () => void startRecording())],
};
