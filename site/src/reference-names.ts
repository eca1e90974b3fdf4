/** The headings of the reference: which declarations have one, its text, and where it is. */
import { type DeclarationReflection, type ProjectReflection, type Reflection, ReflectionKind } from "typedoc";

const KNOWN_SYMBOLS = /^\[(?=(?:iterator|asyncIterator|dispose|asyncDispose|toStringTag|hasInstance)\]$)/;
const MEMBERS =
  ReflectionKind.Method | ReflectionKind.Constructor | ReflectionKind.Accessor | ReflectionKind.Property;

/** Returns the heading's text: `Queue.getNowait()`. */
export function titleOf(reflection: Reflection): string {
  const { name, parent } = reflection;
  if (reflection.kindOf(ReflectionKind.Function)) return `${name}()`;
  if (parent === undefined || !reflection.kindOf(MEMBERS)) return name;
  if (reflection.kindOf(ReflectionKind.Constructor)) return `new ${parent.name}()`;
  const member = memberName(name);
  const call = reflection.kindOf(ReflectionKind.Method) ? "()" : "";
  return `${parent.name}${member.startsWith("[") ? "" : "."}${member}${call}`;
}

/** Returns the name of a member as a program writes it: `[Symbol.iterator]`, where typedoc has `[iterator]`. */
export function memberName(name: string): string {
  return name.replace(KNOWN_SYMBOLS, "[Symbol.");
}

/** Returns the heading's id: `Queue.getNowait`. */
export function anchorOf(reflection: Reflection): string {
  return titleOf(reflection)
    .replace(/^new (.*)/, "$1.new")
    .replaceAll(/[()\]]/g, "")
    .replace("[Symbol.", ".")
    .replace("[", ".");
}

/** Returns whether a declaration has a list of its properties in place of headings: it has nothing else. */
export function isRecord({ kind, children = [] }: DeclarationReflection): boolean {
  return (
    kind === ReflectionKind.Interface && children.every((child) => child.kindOf(ReflectionKind.Property))
  );
}

/** Returns the members that have a heading. */
export function membersOf(declaration: DeclarationReflection): readonly DeclarationReflection[] {
  if (!declaration.kindOf(ReflectionKind.ClassOrInterface) || isRecord(declaration)) return [];
  const own = (declaration.children ?? []).filter(
    (member) =>
      member.inheritedFrom === undefined && member.name !== "toString" && !isBareConstructor(member),
  );
  const order = [
    ReflectionKind.Constructor,
    ReflectionKind.Property,
    ReflectionKind.Accessor,
    ReflectionKind.Method,
  ];
  return order.flatMap((kind) => own.filter((member) => member.kind === kind));
}

/** A constructor about which there is nothing to say. */
function isBareConstructor({ kind, signatures = [] }: DeclarationReflection): boolean {
  return (
    kind === ReflectionKind.Constructor &&
    signatures.every(({ comment, parameters = [] }) => comment === undefined && parameters.length === 0)
  );
}

/** Where names lead: those of one page, and those of all pages. */
export class Names {
  readonly #pages = new Map<string, Map<string, string>>();
  readonly #all = new Map<string, string>();

  constructor(project: ProjectReflection) {
    for (const module of project.children ?? []) {
      const names = new Map<string, string>();
      this.#pages.set(module.name, names);
      for (const declaration of module.children ?? []) {
        if (declaration.isReference()) continue;
        for (const named of [declaration, ...membersOf(declaration)]) {
          const anchor = anchorOf(named);
          names.set(anchor, `/reference/${module.name}#${anchor}`);
        }
      }
      for (const [name, place] of names) if (!this.#all.has(name)) this.#all.set(name, place);
    }
  }

  /**
   * Returns where a name leads in the section `within` of a page. A method without its class is that of the section's
   * class, or of the only class of the page that has one. Undefined if it leads nowhere else, or the page has several.
   */
  find(code: string, page: string, within: string): string | undefined {
    const [, makes = "", called = ""] = /^(new )?(?:await )?([A-Za-z][\w.]*)(?:\(\))?$/.exec(code) ?? [];
    const [owner = ""] = within.split(".");
    const names = this.#pages.get(page) ?? new Map<string, string>();
    const members = [...names].filter(([name]) => name.endsWith(`.${called}`));
    const others = members.length > 0 ? members : [["", this.#all.get(called)] as const];
    const [, other] = others.length === 1 ? (others[0] ?? []) : [];
    const constructor = makes === "" ? undefined : this.#all.get(`${called}.new`);
    const place = constructor ?? names.get(`${owner}.${called}`) ?? names.get(called) ?? other;
    return place === `/reference/${page}#${within}` ? undefined : place;
  }

  /** Returns where a declaration is. */
  of(reflection: Reflection): string | undefined {
    let named = reflection;
    while (named.parent !== undefined && !named.isDeclaration()) named = named.parent;
    const page = pageOf(named);
    const names = this.#pages.get(page);
    return names?.get(anchorOf(named)) ?? (named.parent && names?.get(anchorOf(named.parent)));
  }
}

function pageOf(reflection: Reflection): string {
  let module: Reflection | undefined = reflection;
  while (module !== undefined && !module.kindOf(ReflectionKind.Module)) module = module.parent;
  return module?.name ?? "";
}
