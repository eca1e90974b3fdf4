/**
 * The look of the reference: a section for each name that an entry exports, and one below it for each member of a
 * class. The plugin prints the signatures; what it writes around them is replaced.
 */
import {
  type Comment,
  type CommentDisplayPart,
  type DeclarationReflection,
  type ProjectReflection,
  type ReferenceType,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
} from "typedoc";
import { type MarkdownPageEvent, MarkdownTheme, type MarkdownThemeContext } from "typedoc-plugin-markdown";
import { REPOSITORY } from "./pages.js";
import { type Entry, entries } from "./reference.js";
import { wrapParameters } from "./wrap-parameters.js";
import { anchorOf, isRecord, memberName, membersOf, Names, titleOf } from "./reference-names.js";

export class ReferenceTheme extends MarkdownTheme {
  #names: Names | undefined;

  override render(page: MarkdownPageEvent): string {
    const { model } = page as MarkdownPageEvent<Reflection>;
    if (model.isProject()) return contents();
    const module = model as DeclarationReflection;
    const names = (this.#names ??= new Names(module.parent as ProjectReflection));
    const context = this.getRenderContext(page as MarkdownPageEvent<Reflection>);
    return new ReferencePage(context, module, names).text();
  }
}

function contents(): string {
  const lines = entries.map(
    ({ name, page, introduction }) =>
      `${page.includes("/") ? "  " : ""}- [${name}](/reference/${page}): ${introduction}`,
  );
  return `# Reference\n\nEvery public name of every package, as its docstring describes it.\n\n${lines.join("\n")}\n`;
}

class ReferencePage {
  readonly #context: MarkdownThemeContext;
  readonly #module: DeclarationReflection;
  readonly #names: Names;
  /** The anchor of the section that is being written. */
  #within = "";

  constructor(context: MarkdownThemeContext, module: DeclarationReflection, names: Names) {
    this.#context = context;
    this.#module = module;
    this.#names = names;
  }

  text(): string {
    const { name: page, children = [] } = this.#module;
    const { name, library, file, introduction } = entries.find((entry) => entry.page === page) as Entry;
    const blocks = [
      `# ${name}`,
      introduction,
      `[About the package](/packages/${library}) · [Source](${REPOSITORY}/blob/main/${file})`,
      ...children.filter((child) => !child.isReference()).flatMap((child) => this.#section(child)),
      ...this.#reexports(),
    ];
    return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
  }

  #section(declaration: DeclarationReflection): string[] {
    return [
      this.#heading(2, declaration),
      ...this.#body(declaration),
      this.#properties(declaration),
      this.#inherited(declaration),
      ...membersOf(declaration).flatMap((member) => [this.#heading(3, member)].concat(this.#body(member))),
    ];
  }

  #heading(level: number, reflection: Reflection): string {
    this.#within = anchorOf(reflection);
    const title = titleOf(reflection).replaceAll(/[[\]_]/g, "\\$&");
    return `${"#".repeat(level)} ${title} {#${this.#within}}`;
  }

  /** The signatures, and what is said about them. Overloads that share a docstring stand together. */
  #body(declaration: DeclarationReflection): string[] {
    const { signatures = [] } = declaration;
    if (signatures.length === 0) {
      const comment = declaration.comment ?? declaration.getSignature?.comment;
      return [this.#declared(declaration), comment === undefined ? "" : this.#documentation(comment)];
    }
    const groups: SignatureReflection[][] = [];
    for (const signature of signatures) {
      const group = groups.at(-1);
      if (group === undefined || (signature.comment !== undefined && !isSame(group[0], signature))) {
        groups.push([signature]);
      } else group.push(signature);
    }
    return groups.flatMap((group) => [
      codeBlock(
        group.map((one) => wrapParameters(codeIn(this.#context.partials.signatureTitle(one)))).join("\n"),
      ),
      group[0]?.comment === undefined ? "" : this.#documentation(group[0].comment, group[0]),
    ]);
  }

  #declared(declaration: DeclarationReflection): string {
    if (!declaration.kindOf(ReflectionKind.ClassOrInterface)) {
      return codeBlock(this.#code(declaration));
    }
    const { name, typeParameters = [], flags, extendedTypes = [], implementedTypes = [] } = declaration;
    const parameters = typeParameters.map(({ name: parameter, type, default: value }) =>
      [parameter, type && ` extends ${String(type)}`, value && ` = ${String(value)}`].join(""),
    );
    const kind = declaration.kindOf(ReflectionKind.Class) ? "class" : "interface";
    return codeBlock(
      [
        flags.isAbstract ? "abstract " : "",
        `${kind} ${name}`,
        parameters.length > 0 ? `<${parameters.join(", ")}>` : "",
        extendedTypes.length > 0 ? ` extends ${extendedTypes.join(", ")}` : "",
        implementedTypes.length > 0 ? ` implements ${implementedTypes.join(", ")}` : "",
      ].join(""),
    );
  }

  #code(declaration: DeclarationReflection): string {
    // What a field begins with is no part of its type.
    if (declaration.kindOf(ReflectionKind.Property)) delete declaration.defaultValue;
    const access = declaration.setSignature === undefined ? "readonly " : "";
    return codeIn(this.#context.partials.declarationTitle(declaration)).replace(/^get (?:set )?/, access);
  }

  #properties(declaration: DeclarationReflection): string {
    if (!isRecord(declaration)) return "";
    const own = (declaration.children ?? []).filter(({ inheritedFrom }) => inheritedFrom === undefined);
    return own
      .map((property) => {
        const declared = this.#code(property);
        const text = property.comment === undefined ? "" : `: ${this.#documentation(property.comment)}`;
        return `- \`${declared.replaceAll(/^readonly |;$/g, "").replaceAll(/\s+/g, " ")}\`${indented(text)}`;
      })
      .join("\n");
  }

  #inherited({ children = [] }: DeclarationReflection): string {
    const byOwner = new Map<string, string[]>();
    for (const { name, inheritedFrom } of children) {
      const from = originOf(inheritedFrom);
      if (from?.parent === undefined || name === "constructor" || name === "toString") continue;
      const owner = this.#linked(from.parent.name, this.#names.of(from.parent));
      byOwner.set(owner, [
        ...(byOwner.get(owner) ?? []),
        this.#linked(memberName(name), this.#names.of(from)),
      ]);
    }
    return Array.from(byOwner, ([owner, members]) => `Inherited from ${owner}: ${members.join(", ")}.`).join(
      "\n\n",
    );
  }

  /** The names that are those of other entries, by entry. */
  #reexports(): string[] {
    const byEntry = new Map<string, string[]>();
    for (const child of this.#module.children ?? []) {
      const target = child.isReference() ? child.tryGetTargetReflectionDeep() : undefined;
      const page = target?.parent?.name;
      const entry = entries.find((one) => one.page === page);
      if (target === undefined || entry === undefined) continue;
      const heading = `## From ${entry.name}`;
      byEntry.set(heading, [
        ...(byEntry.get(heading) ?? []),
        this.#linked(child.name, this.#names.of(target)),
      ]);
    }
    return Array.from(byEntry, ([heading, names]) => [heading, `${names.join(", ")}.`]).flat();
  }

  #documentation(comment: Comment, signature?: SignatureReflection): string {
    const tagged = (tag: `@${string}`): string[] =>
      comment.blockTags
        .filter((block) => block.tag === tag)
        .map(({ content }) => this.#prose(content, tag === "@throws").trim());
    const details = [
      ...(signature?.parameters ?? []).flatMap(({ name, comment: text }) =>
        text === undefined ? [] : [`\`${name}\`: ${this.#prose(text.summary)}`],
      ),
      ...tagged("@returns").map((text) => `Returns ${text}`),
      ...tagged("@throws").map((text) => `Throws ${text}`),
    ];
    return [
      this.#prose(comment.summary),
      details.map((detail) => `- ${indented(detail)}`).join("\n"),
      ...tagged("@example"),
    ]
      .filter((block) => block !== "")
      .join("\n\n");
  }

  #prose(parts: readonly CommentDisplayPart[], namesErrors = false): string {
    return parts
      .map((part) => {
        if (part.kind === "code") {
          const [, code] = /^`([^`]+)`$/.exec(part.text) ?? [];
          return code === undefined
            ? part.text
            : this.#linked(code, this.#names.find(code, this.#page, this.#within));
        }
        if (part.kind !== "inline-tag")
          return namesErrors ? this.#errorsLinked(part.text) : escaped(part.text);
        const { target, text } = part;
        const place = typeof target === "object" && "kind" in target ? this.#names.of(target) : target;
        return this.#linked(text, typeof place === "string" ? place : undefined);
      })
      .join("");
  }

  /** The classes of errors in a `@throws` are code. */
  #errorsLinked(text: string): string {
    return escaped(text).replaceAll(/\b[A-Z][a-z]+[A-Z]\w+|\bError\b/g, (name) =>
      this.#linked(name, this.#names.find(name, this.#page, this.#within)),
    );
  }

  #linked(code: string, place: string | undefined): string {
    return place === undefined ? `\`${code}\`` : `[\`${code}\`](${place})`;
  }

  get #page(): string {
    return this.#module.name;
  }
}

function isSame(one: SignatureReflection | undefined, other: SignatureReflection): boolean {
  const text = (signature?: SignatureReflection): string => JSON.stringify(signature?.comment?.summary);
  return text(one) === text(other);
}

function codeBlock(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

/** Returns the code in a block of the plugin's, indented as ours is. */
function codeIn(block: string): string {
  return block
    .replaceAll(/^```.*\n?/gm, "")
    .trimEnd()
    .replaceAll(/ +$/gm, "")
    .replaceAll(/^ {3}(?=\S)/gm, "  ")
    .replaceAll(/\[\w+\](?=\(\)?|:)/gm, memberName);
}

/** Returns the member of the class that declares it. */
function originOf(inherited: ReferenceType | undefined): DeclarationReflection | undefined {
  const member = inherited?.reflection;
  if (member === undefined) return undefined;
  const declared = (member.isSignature() ? member.parent : member) as DeclarationReflection;
  return originOf(declared.inheritedFrom) ?? declared;
}

function indented(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

/** A page is a template of Vue. */
function escaped(text: string): string {
  return text.replaceAll("<", "&lt;").replaceAll("{{", "&#123;&#123;");
}
