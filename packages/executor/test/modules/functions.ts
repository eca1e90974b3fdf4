interface Kind {
  readonly name: string;
}

export function kind(): string {
  const { name }: Kind = { name: "TypeScript" };
  return name;
}
