// The public API of the libraries, as text in docs/api-reports: a change of it shows in review.
//
//   node scripts/api.mjs            writes the reports, from the built declarations
//   node scripts/api.mjs --check    compares them, and fails where one differs (part of `pnpm check`)
//
// A report is about one entry of a package; `./internal` has none. It has the declarations of the names that the entry
// exports, by name, with their members by name, without comments and private members. A name that is declared by another
// entry is only named. Declarations that others mention, but no entry exports, stand at the end.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { format } from "oxfmt";
import ts from "typescript";

process.chdir(join(import.meta.dirname, ".."));
const folder = "docs/api-reports";
const { printWidth } = JSON.parse(readFileSync(".oxfmtrc.json", "utf8"));
const printer = ts.createPrinter({ removeComments: true });
const inOrder = (one, other) => (one < other ? -1 : Number(one > other));
const byName = (one, other) => inOrder(one.name, other.name);
const nameOf = ({ name }) =>
  name === undefined ? "" : ts.isPrivateIdentifier(name) ? name.text : name.getText();

const entries = readdirSync("packages").flatMap((name) => {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8"));
  const paths = manifest.private ? [] : Object.keys(manifest.exports);
  return paths
    .filter((path) => path !== "./internal")
    .map((path) => ({
      specifier: manifest.name + path.slice(1),
      file: join(process.cwd(), "packages", name, manifest.exports[path].types),
      report: `${name}${path.slice(1).replaceAll("/", "-")}.md`,
    }));
});
const folders = new Set(entries.map(({ file }) => dirname(file)));
const files = entries.map(({ file }) => file);
const { options } = ts.convertCompilerOptionsFromJson({ module: "NodeNext", target: "ES2022" });
const program = ts.createProgram(files, options);
const checker = program.getTypeChecker();

const folderOf = (node) => dirname(node.getSourceFile().fileName);
const unaliased = (symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
const exportsOf = (file) =>
  checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));

/** The statements of the libraries that declare a symbol: an interface and a constant may share a name. */
const statementsOf = ({ declarations = [] }) =>
  declarations
    .map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node))
    .filter((node) => node.parent?.kind === ts.SyntaxKind.SourceFile && folders.has(folderOf(node)));

/** For each symbol the entry that users import it from: the first of the package that declares it. */
const homes = new Map();
for (const { specifier, file } of entries) {
  for (const symbol of exportsOf(file).map(unaliased)) {
    const isHere = symbol.declarations.some((node) => folderOf(node) === dirname(file));
    if (isHere && !homes.has(symbol)) homes.set(symbol, specifier);
  }
}

/** Sorts the members, whose order means nothing; one `#private` stands for all private ones. */
function tidy(statement) {
  if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) return;
  const isPrivate = (member) =>
    !ts.isConstructorDeclaration(member) &&
    (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private || nameOf(member).startsWith("#"));
  const members = statement.members.filter((member) => !isPrivate(member));
  members.sort((one, other) => inOrder(nameOf(one), nameOf(other)));
  if (members.length < statement.members.length) {
    members.unshift(ts.factory.createPropertyDeclaration([], ts.factory.createPrivateIdentifier("#private")));
  }
  statement.members = ts.factory.createNodeArray(members);
}

/** Calls back for each symbol that a declaration mentions. */
function visitMentioned(node, visit) {
  // What `tidy` has made stands in no file.
  const symbol = ts.isIdentifier(node) && node.pos >= 0 && checker.getSymbolAtLocation(node);
  if (symbol) visit(unaliased(symbol));
  ts.forEachChild(node, (child) => visitMentioned(child, visit));
}

async function reportOf({ specifier, file }) {
  const [elsewhere, here, hidden] = [[], [], new Set()];
  const declare = (symbol) =>
    statementsOf(symbol).map((statement) => {
      tidy(statement);
      visitMentioned(statement, (other) => {
        if (!homes.has(other) && statementsOf(other).length > 0) hidden.add(other);
      });
      return printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile());
    });
  for (const exported of exportsOf(file).sort(byName)) {
    const symbol = unaliased(exported);
    const home = homes.get(symbol);
    const name = symbol.name === exported.name ? symbol.name : `${symbol.name} as ${exported.name}`;
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
    const isType = !isValue || exported.declarations.some(ts.isTypeOnlyExportDeclaration);
    const naming = `export { ${isType ? "type " : ""}${name} }`;
    if (home !== specifier) elsewhere.push(`${naming} from "${home}";`);
    else here.push(...declare(symbol));
    if (home === specifier && (isType === isValue || name !== exported.name)) here.push(`${naming};`);
  }
  // The set grows while it is walked.
  const others = Array.from(hidden, (symbol) => ({ name: symbol.name, declarations: declare(symbol) }));
  if (others.length > 0) here.push("// Mentioned above, but not exported:");
  here.push(...others.sort(byName).flatMap(({ declarations }) => declarations));
  const code = [elsewhere.join("\n"), ...here].filter(Boolean).join("\n\n");
  const page = `# API of \`${specifier}\`\n\nWritten by \`pnpm api\`.\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
  return (await format("report.md", page, { printWidth })).code;
}

mkdirSync(folder, { recursive: true });
const pages = new Map();
for (const entry of entries) pages.set(entry.report, await reportOf(entry));
for (const report of new Set([...pages.keys(), ...readdirSync(folder)])) {
  const path = `${folder}/${report}`;
  const page = pages.get(report);
  if (page === (existsSync(path) ? readFileSync(path, "utf8") : undefined)) continue;
  if (process.argv.includes("--check")) {
    const { specifier } = entries.find((entry) => entry.report === report) ?? { specifier: report };
    console.error(
      `The API of ${specifier} has changed: run \`pnpm api\`, read the difference in ${path}, and commit it with a changeset.`,
    );
    process.exitCode = 1;
  } else {
    console.log(path);
    if (page === undefined) rmSync(path);
    else writeFileSync(path, page);
  }
}
