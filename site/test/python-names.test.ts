/** The table of Python's names: ours are there, and none of Python's is missing. */
import { findPython } from "@asyncio-ts/testkit/python";
import * as asyncio from "asyncio-ts";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "../src/pages.js";
import { idOf, matches, type PythonName, topics } from "../src/python-names.js";

const rows = topics.flatMap(({ names }) => names);
const isSyntax = (name: string): boolean => /[ …"]/.test(name);
const reportOf = (name: string): string => readFileSync(`${root}docs/api-reports/${name}.md`, "utf8");

/** Each export of `asyncio-ts`, with the package that it is from. */
const exported = new Map(
  Array.from(
    reportOf("asyncio-ts").matchAll(/^export \{ (?:type )?(\w+) \} from "@asyncio-ts\/([\w-]+)";$/gm),
    ([, name = "", from = ""]) => [name, from],
  ),
);

/** Tells if a class has a member, and that it is a method or none. */
function hasMember(from: string, owner: string, member: string, isMethod: boolean): boolean {
  const { prototype, ...own } = Object.getOwnPropertyDescriptors(
    Reflect.get(asyncio, owner) as object & { prototype: object },
  );
  let found = own[member as keyof typeof own] as PropertyDescriptor | undefined;
  for (
    let each = prototype.value as object | null;
    each !== null;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    found ??= Object.getOwnPropertyDescriptor(each, member);
  }
  if (found !== undefined) return (typeof found.value === "function") === isMethod;
  // A field is made with the object: the report of the API has it.
  const [body = ""] = new RegExp(`^export declare class ${owner}\\b[^]*?^}`, "m").exec(reportOf(from)) ?? [];
  return !isMethod && new RegExp(`^  (?:readonly )?${member}: `, "m").test(body);
}

/** Says what is wrong with our name of a row; undefined if nothing is. */
function fault({ ours, package: from }: PythonName): string | undefined {
  if (ours === null || isSyntax(ours) || ours.startsWith("….")) return undefined;
  const [, name = "", member, call] = /^(\w+)(?:\.(\w+))?(\(\))?$/.exec(ours) ?? [];
  const isCalled = call !== undefined;
  if (exported.get(name) !== from) return `${ours} is not exported by ${from}`;
  if (member !== undefined)
    return hasMember(from, name, member, isCalled) ? undefined : `${ours} is not there`;
  const isFunction = typeof Reflect.get(asyncio, name) === "function" && !/^[A-Z]/.test(name);
  return isFunction === isCalled ? undefined : `${ours} is ${isFunction ? "" : "not "}a function`;
}

describe("the table of Python's names", () => {
  it("has only names of ours that are exported, and methods that classes have", () => {
    expect(rows.map(fault).filter((each) => each !== undefined)).toEqual([]);
    expect(rows.filter(({ ours }) => ours !== null && !isSyntax(ours)).length).toBeGreaterThan(180);
  });

  it("finds a row by either name, in any spelling", () => {
    const found = (query: string): string[] =>
      rows.filter((row) => matches(row, query)).map(({ python }) => python);
    expect(found("put_nowait")).toEqual(["Queue.put_nowait()"]);
    expect(found(" putNOWAIT() ")).toEqual(["Queue.put_nowait()"]);
    expect(found("queue nowait")).toEqual(["Queue.put_nowait()", "Queue.get_nowait()"]);
    expect(found("")).toHaveLength(rows.length);
    expect(found("no such name")).toEqual([]);
  });

  it.for([
    ["gather", "task"],
    ["gathr()", "task"],
    ["gather()", "sync"],
    ["Task.gather()", "task"],
    ["Task.name()", "task"],
    ["Queue.maxSize", "sync"],
  ])("would find %s in %s", ([ours = "", from = ""]) => {
    expect(fault({ module: "asyncio", python: "x", ours, package: from, note: "" })).toBeDefined();
  });

  it("says why a name is not there, and each name once", () => {
    expect(rows.filter(({ ours, note }) => ours === null && note === "")).toEqual([]);
    const ids = rows.map(idOf);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

/** Prints what Python has: each name with what it is called on, and whether it is called. */
const LISTING = `
import asyncio, asyncio.subprocess, builtins, concurrent.futures, contextvars, inspect, json
names = []
def name(module, name, value, owners):
    names.append([module, name, callable(value) and not inspect.isclass(value), owners])
def members(module, cls):
    owners = [each.__name__ for each in cls.__mro__[1:]]
    for each in dir(cls):
        if not each.startswith("_"):
            name(module, f"{cls.__name__}.{each}", getattr(cls, each), owners)
for each in asyncio.__all__:
    if not each.startswith("_"):
        name("asyncio", each, getattr(asyncio, each), [])
for each in ("AbstractEventLoop Future Task TaskGroup Timeout Lock Event Condition Semaphore BoundedSemaphore Barrier Queue PriorityQueue "
             "LifoQueue StreamReader StreamWriter Server Runner Handle TimerHandle").split():
    members("asyncio", getattr(asyncio, each))
for each in ("Context", "ContextVar", "Token"):
    members("contextvars", getattr(contextvars, each))
for each in contextvars.__all__:
    name("contextvars", each, getattr(contextvars, each), [])
for each in concurrent.futures.__all__:
    name("concurrent.futures", each, getattr(concurrent.futures, each), [])
for each in ("Executor", "Future", "ThreadPoolExecutor"):
    members("concurrent.futures", getattr(concurrent.futures, each))
process = asyncio.subprocess.Process
for each in dir(process):
    if not each.startswith("_"):
        name("asyncio", f"subprocess.Process.{each}", getattr(process, each), [])
print(json.dumps(names))
`;

const python = await findPython();

describe.skipIf(python === null)(
  `Python${python === null ? " (skipped: there is none of 3.13 or later)" : ""}`,
  () => {
    it("has no public name that the table has not", () => {
      const text = execFileSync(python ?? "", ["-c", LISTING], { encoding: "utf8" });
      const listed = JSON.parse(text) as [
        module: string,
        name: string,
        isCalled: boolean,
        owners: string[],
      ][];
      expect(listed.length).toBeGreaterThan(250);
      const known = new Set(rows.map((row) => `${row.module}.${row.python}`));
      const lost = listed.filter(([module, name, isCalled, owners]) => {
        const [, member = ""] = /\.(\w+)$/.exec(name) ?? [];
        const call = isCalled ? "()" : "";
        const inherited = owners.map((owner) => `${module}.${owner}.${member}${call}`);
        return ![`${module}.${name}${call}`, ...(member === "" ? [] : inherited)].some((each) =>
          known.has(each),
        );
      });
      expect(lost.map(([module, name]) => `${module}.${name}`)).toEqual([]);
    });
  },
);
