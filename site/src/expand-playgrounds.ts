/** Puts the text of a program, and its highlighted form, where a page names it: `<Playground name="lock" />`. */
import { escapeHtml } from "./escape-html.js";
import { type Program, readProgram } from "./programs.js";

const TAG = /^<Playground name="([\w-]+)"( [^>]*)? \/>$/gm;
const LANGUAGES = { python: "py", theirs: "ts", async: "ts", generator: "ts" } as const;

export function expandPlaygrounds(markdown: string): string {
  return markdown.replaceAll(TAG, (_, name: string, attributes = "") => {
    const program = readProgram(name);
    const texts = escapeHtml(JSON.stringify({ async: program.async, generator: program.generator }));
    const slots = (Object.keys(LANGUAGES) as (keyof Program)[]).map((form) => slot(form, program[form]));
    return `<Playground name="${name}"${attributes} :programs="${texts}">\n${slots.join("")}</Playground>`;
  });
}

function slot(form: keyof Program, text: string | undefined): string {
  if (text === undefined) return "";
  return `<template v-slot:${form}>\n\n\`\`\`${LANGUAGES[form]}\n${text}\`\`\`\n\n</template>\n`;
}
