// Each entry that an argument names is the same module, however it is loaded: no class is there twice.
async function main(): Promise<string[]> {
  const different: string[] = [];
  for (const entry of process.argv.slice(2)) {
    const required = require(entry) as Record<string, unknown>;
    const imported = (await import(entry)) as Record<string, unknown>;
    const names = Object.keys(imported);
    if (names.length === 0) different.push(`${entry} exports nothing`);
    for (const name of names) {
      if (imported[name] !== required[name]) different.push(`${entry}: ${name}`);
    }
  }
  return different;
}

void main().then((different) => console.log(different.length === 0 ? "ok" : different.join("\n")));
