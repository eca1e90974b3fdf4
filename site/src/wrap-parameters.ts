/** Prints a signature in one line if it is short, else with a line for each parameter. */
const WIDTH = 100;

export function wrapParameters(printed: string): string {
  const signature = inOneLine(printed);
  if (signature.length <= WIDTH) return signature;
  const cuts: number[] = [];
  let depth = 0;
  let isInside = false;
  for (let i = 0; i < signature.length; i++) {
    const character = signature.charAt(i);
    const isArrow = character === ">" && signature.charAt(i - 1) === "=";
    if (!isInside && depth === 0 && character === "(") {
      isInside = true;
      cuts.push(i + 1);
    } else if ("([{<".includes(character)) depth++;
    else if (isInside && depth === 0 && character === ")") {
      const start = signature.slice(0, cuts[0]);
      const parameters = cuts.map((from, index) =>
        signature.slice(from, (cuts[index + 1] ?? i + 1) - 1).trim(),
      );
      if (parameters.join("") === "") return printed;
      return `${start}\n  ${parameters.join(",\n  ")},\n${signature.slice(i)}`;
    } else if (")]}>".includes(character) && !isArrow) depth--;
    else if (isInside && depth === 0 && character === ",") cuts.push(i + 1);
  }
  return printed;
}

function inOneLine(printed: string): string {
  return printed
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("( ", "(")
    .replaceAll(/,? \)/g, ")")
    .replaceAll("; }", " }");
}
