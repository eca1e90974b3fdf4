/**
 * The compiler's error for a mistake is one sentence, and the error at run time says the same, with the text
 * of the argument in it. The head of `packages/coroutine/src/refused.ts` explains how.
 */
import * as asyncio from "asyncio-ts";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { compile } from "./support/repository.js";

const body = "needs a coroutine object, a generator object or a function that returns a promise";
const running = "write `() => f()` instead of `f()`, or make f a coroutine function with `coroutine(f)`";
const star = "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result";

/** Expressions, in which `load()` is a promise and `call()` a coroutine object, and what is wrong with each. */
const mistakes: readonly (readonly [code: string, sentence: string])[] = [
  ["createTask(load())", `createTask() ${body}; ${running}`],
  ["run(load())", `run() ${body}; ${running}`],
  ["new Runner().run(load())", `run() ${body}; ${running}`],
  ["new Runner().with(load())", `Runner.with() ${body}; ${running}`],
  ["new TaskGroup().with((group) => group.createTask(load()))", `createTask() ${body}; ${running}`],
  ["new TaskGroup().with(load())", `TaskGroup.with() ${body}; ${running}`],
  ["timeout(1).with(load())", `Timeout.with() ${body}; ${running}`],
  ["new Lock().with(load())", `with() ${body}; ${running}`],
  ["new Barrier(1).with(load())", `Barrier.with() ${body}; ${running}`],
  ["moveOnAfter(1).with(load())", `MoveOnAfter.with() ${body}; ${running}`],
  ["new RateLimiter(1, 1).with(load())", `RateLimiter.with() ${body}; ${running}`],
  ["createTask(createTask(load))", `createTask() ${body}; await it, or write \`ensureFuture(it)\``],
  ["gather(call(), call())", "gather() needs a list of things to wait for; write gather([a, b])"],
  ["gather(call(), call(), call())", "gather() needs a list of things to wait for; write gather([a, b])"],
  ["gather(load())", "gather() needs a list of things to wait for; write gather([a, b])"],
  [
    'gather(new Map([["a", call()]]))',
    "gather() needs a list of things to wait for; write gather(map.values())",
  ],
  ["wait(load(), load())", "wait() needs a list of things to wait for; write wait([a, b])"],
  ["wait([call()])", "wait() needs tasks and futures; make it a task first: wait([createTask(it)])"],
  [
    "wait([createTask(load), call()])",
    "wait() needs tasks and futures; make it a task first: wait([createTask(it)])",
  ],
  [
    "asCompleted(call(), call())",
    "asCompleted() needs a list of things to wait for; write asCompleted([a, b])",
  ],
  ["createTask(function* () { yield sleep(1); })", star],
  ["createTask((function* () { yield createTask(load); })())", star],
  ["new Lock().with(function* () { yield call(); })", star],
  ["coroutine(function* () { yield new Future(); })()", star],
  [
    "coroutine(function* (n: number) { yield; return n; })(1)",
    "a coroutine used a bare `yield`; to let others run, write `yield* sleep(0)`",
  ],
  [
    "createTask(function* () { yield load(); })",
    "a coroutine yielded a promise; write `yield* ensureFuture(promise)`, or await it in an async function",
  ],
  [
    "createTask(async function* () { yield 1; })",
    "an async generator is no coroutine; use `async () => …` or `function* () { … }` instead",
  ],
];

const annotated = "function* steps(): Steps<void> { yield sleep(1); }";

const names = Object.keys(asyncio).join(", ");
const scope = `const load = async () => 1; const call = coroutine(load);`;
const file = (index: number): string => `${import.meta.dirname}/mistake-${index}.ts`;
const snippets = new Map(
  [...mistakes.map(([code]) => `void ${code};`), annotated].map((code, index) => [
    file(index),
    `import { ${names}, type Steps } from "asyncio-ts";\n${scope}\nexport const wrong = async () => {\n${code}\n};\n`,
  ]),
);

/** Compiles the snippets as if they were files of this folder, all in one program. */
function compileSnippets(): ts.Program {
  const host = ts.createCompilerHost({});
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => snippets.has(name) || fileExists(name);
  host.getSourceFile = (name, options, ...more) => {
    const code = snippets.get(name);
    return code === undefined
      ? getSourceFile(name, options, ...more)
      : ts.createSourceFile(name, code, options);
  };
  return compile([...snippets.keys()], host, { noUnusedLocals: false });
}

const program = compileSnippets();

function errorsOf(index: number): string[] {
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file(index)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** Runs an expression, whose types are erased, and returns the message of its error. */
async function thrownBy(code: string): Promise<string> {
  const { outputText } = ts.transpileModule(`${scope} return ${code};`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  try {
    await new Function(`{ ${names} }`, outputText)(asyncio);
  } catch (error) {
    // A task group throws the errors of its body in a group.
    const { message } =
      error instanceof asyncio.ExceptionGroup ? (error.exceptions[0] as Error) : (error as Error);
    return message;
  }
  return "nothing";
}

describe.each(mistakes.map(([code, sentence], index) => ({ code, sentence, index })))(
  "$code",
  ({ code, sentence, index }) => {
    it("is a type error of one sentence", () => {
      const errors = errorsOf(index);
      expect(errors).toHaveLength(1);
      expect(errors[0]?.split("\n")[0]).toMatch(
        /^Argument of type '.*' is not assignable to parameter of type /,
      );
      expect(errors[0]).toContain(JSON.stringify(sentence));
      // One for the function of a coroutine, which the compiler looks into.
      expect(errors[0]?.split("\n").length).toBeLessThanOrEqual(code.startsWith("coroutine(") ? 2 : 1);
    });

    it("throws the same sentence", async () => {
      const message = await thrownBy(code);
      expect(message.replace(/, got .*?(?=; )/, "")).toContain(sentence);
    });
  },
);

it("the error stands at the yield itself in a generator with a declared type", () => {
  expect(errorsOf(mistakes.length)).toEqual([
    `Property '"${star}"' is missing in type 'Coroutine<void>' but required in type 'Suspension'.`,
  ]);
});
