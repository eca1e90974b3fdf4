import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { describe, expect, it } from "vitest";
import { edit, ended, linesOf, openingPages, runProgram, statusOf } from "./support/site.js";

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  it("an edited program runs, and Reset takes the edits back", async () => {
    const page = await open("tutorial/event-loop");
    await edit(page, 'const n: number = 2;\nconsole.log("edited", n * 3, { deep: [1, { a: 1 }] });\n');
    expect(await runProgram(page)).toEqual(["edited 6 { deep: [ 1, { a: 1 } ] }"]);
    await page.getByRole("button", { name: "Reset" }).click();
    expect(await runProgram(page)).toEqual(["Start of main coroutine"]);
    expect(page.complaints).toEqual([]);
  });

  it.for([
    ["an error", "const a = 1;\n\nthrow new RangeError('too much');\n", "RangeError: too much", 3],
    [
      "an error in a function",
      "interface A {\n  n: 1;\n}\nconst f = () => {\n  null!.x;\n};\nf();\n",
      "TypeError",
      5,
    ],
    ["a mistake that the transpiler sees", "const a = 1;\nconst b = ;\n", "SyntaxError: Unexpected token", 2],
    [
      "a mistake that only the engine sees",
      "let a = 1;\n\n\nlet a = 2;\n",
      "SyntaxError: Identifier 'a' has",
      4,
    ],
    [
      "a module that is not there",
      'import fs from "node:fs";\nfs.x;\n',
      'Error: There is no module "node:fs"',
      1,
    ],
  ] as const)("%s has its line", async ([, program, message, line]) => {
    const page = await open("tutorial/event-loop");
    await edit(page, program);
    const printed = await runProgram(page);
    expect(printed.join("\n")).toContain(message);
    expect(await statusOf(page)).toBe(`Failed in line ${line}`);
    const marked = page.locator(".failed-line");
    expect(await marked.textContent()).toBe(program.split("\n")[line - 1]);
    expect(page.complaints).toEqual([]);
  });

  it("Stop cancels the main task, so that its finally block prints", async () => {
    const page = await open("tutorial/await");
    await edit(
      page,
      `import { run, sleep } from "asyncio-ts";
await run(async () => {
  try {
    console.log("working");
    await sleep(3_600_000);
  } finally {
    console.log("cleaning up");
  }
});`,
    );
    await page.locator("button.run").click();
    await page.getByText("working", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await ended(page);
    expect(await linesOf(page)).toEqual(["working", "cleaning up"]);
    expect(await statusOf(page)).toBe("Stopped");
    expect(page.complaints).toEqual([]);
  });

  it("Stop ends a program that ignores it, the second time", async () => {
    const page = await open("tutorial/await");
    await edit(page, 'console.log("waiting");\nawait new Promise(() => {});\n');
    await page.locator("button.run").click();
    await page.getByText("waiting", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await statusOf(page)).toBe("Ended at once");
  });

  it.for([
    ["that never waits", 'console.log("round");\nwhile (true);\n'],
    ["that awaits only what is there", 'console.log("round");\nfor (;;) await null;\n'],
  ])("an endless loop %s is ended, and does not hang the page", async ([, program]) => {
    const page = await open("tutorial/await");
    await edit(page, program as string);
    await page.locator("button.run").click();
    await page.getByText("round", { exact: true }).waitFor();
    // The page answers meanwhile.
    await page.getByRole("button", { name: "generators" }).click();
    await ended(page);
    expect(await statusOf(page)).toMatch(/^Ended: the program gave no sign/);
    expect(page.complaints).toEqual([]);
    // Another program runs.
    await page.getByRole("button", { name: "virtual" }).click();
    expect(await runProgram(page)).toContain("End of main coroutine");
  });

  it("a program that prints without end is cut off, and can be stopped", async () => {
    const page = await open("tutorial/await");
    await edit(
      page,
      'import { run, sleep } from "asyncio-ts";\nawait run(async () => {\n  for (;;) {\n    console.log("more");\n    await sleep(1000);\n  }\n});',
    );
    await page.getByRole("button", { name: "virtual" }).click();
    await page.locator("button.run").click();
    await page.getByText("(more than 1000 lines").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await ended(page);
    expect(await statusOf(page)).toBe("Stopped");
    expect(await linesOf(page)).toHaveLength(1001);
  });

  it("a link carries the edited program, and its kind", async () => {
    const page = await open("tutorial/lock");
    await page.getByRole("button", { name: "generators" }).click();
    await edit(page, 'console.log("from a link: ä 🙂");\n');
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.waitForFunction(() => location.hash !== "");
    const { hash } = new URL(page.url());
    const other = await open(`tutorial/lock${hash}`);
    await other.locator(".cm-content").waitFor();
    expect(await other.getByRole("button", { name: "generators" }).getAttribute("aria-pressed")).toBe("true");
    expect(await runProgram(other)).toEqual(["from a link: ä 🙂"]);
    expect(other.complaints).toEqual([]);
  });

  it("the slider goes back in time: tasks, the lock's holder and queue, and the lines to come", async () => {
    const page = await open("tutorial/lock");
    await page.getByRole("button", { name: "virtual" }).click();
    await runProgram(page);
    const moments = page.locator(".timeline .moment");
    expect(await moments.textContent()).toContain("Lock 1free");
    await page.getByRole("slider").fill("300");
    const text = (await moments.textContent()) ?? "";
    expect(text).toContain("Lock 1held by Task-3; waiting: Task-4, Task-5, Task-6");
    expect(text).toContain("Task-2returned");
    expect(text).toContain("Task-4waits for Lock.acquire() of Lock 1");
    expect(await page.locator(".output .later").count()).toBe(7);
  });

  it("the bars tell running, waiting and waiting for another task apart", async () => {
    const page = await open("tutorial/semaphore");
    await page.getByRole("button", { name: "virtual" }).click();
    await runProgram(page);
    for (const state of ["running", "waiting", "blocked"]) {
      expect(await page.locator(`.timeline svg rect.${state}`).count(), state).toBeGreaterThan(2);
    }
    expect(await page.locator(".timeline .object text").allTextContents()).toEqual([
      "Semaphore 1",
      "0 of 2 · 3 waiting",
      "0 of 2 · 1 waiting",
      "1 of 2 permits free",
    ]);
  });

  it("the picture grows while the program runs", async () => {
    const page = await open("tutorial/await");
    await page.locator("button.run").click();
    const task = page.locator(".timeline .task");
    await task.waitFor();
    const widths = async () =>
      Number(await page.locator(".timeline rect.waiting").first().getAttribute("width"));
    await page.waitForFunction(() => document.querySelector(".timeline rect.waiting") !== null);
    expect(await widths()).toBeGreaterThan(0);
    expect(await page.locator(".playground").getAttribute("data-state")).toBe("running");
    await ended(page);
  });

  it("all of it works with the keyboard alone", async () => {
    const page = await open("tutorial/event-loop");
    const press = async (name: string): Promise<void> => {
      for (let i = 0; i < 80; i++) {
        const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
        if (focused === name) break;
        await page.keyboard.press("Tab");
      }
      await page.keyboard.press("Enter");
    };
    await page.locator(".playground figcaption").first().click();
    await press("virtual");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await press("Run");
    await ended(page);
    expect(await linesOf(page)).toEqual(["Start of main coroutine"]);
    // Into the editor, and out of it again.
    await page.locator(".playground figcaption").first().click();
    await press("Edit");
    await page.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.type('console.log("typed");');
    await page.keyboard.press("Control+Enter");
    await page.getByText("typed", { exact: true }).waitFor();
    await ended(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe("Run again");
  });

  it("search finds a page, and leads there", async () => {
    const page = await open("tutorial/event-loop");
    await page.keyboard.press("Control+k");
    await page.locator(".VPLocalSearchBox input").fill("semaphore permits");
    await page.locator(".VPLocalSearchBox .result").first().waitFor();
    await page
      .getByRole("option", { name: /Semaphores/ })
      .first()
      .click();
    await page.waitForURL(/tutorial\/semaphore/);
    expect(page.complaints).toEqual([]);
  });
});
