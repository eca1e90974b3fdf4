/** Each name that a package exports is in its README, and each class and function has an example. */
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { compile, indexOf, libraries, read } from "./support/repository.js";

const program = compile(libraries.map(indexOf));

// The umbrella has no names of its own.
describe.each(libraries.filter((folder) => folder !== "packages/asyncio-ts"))("of %s", (folder) => {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(indexOf(folder)) as ts.SourceFile);
  const exports = checker.getExportsOfModule(module as ts.Symbol).map((symbol) => {
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, original, isValue: (original.flags & ts.SymbolFlags.Value) !== 0 };
  });

  it("the README names every export", () => {
    const readme = read(`${folder}/README.md`);
    const missing = exports.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(readme));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it("every class and function has an example", () => {
    const missing = exports.filter(
      ({ original, isValue }) =>
        isValue && !original.getJsDocTags(checker).some(({ name }) => name === "example"),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
