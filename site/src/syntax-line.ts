/**
 * The line of a mistake that the transpiler lets pass and the engine does not, such as a name that is declared twice.
 * The engine tells the line only of a script that is part of the page: so the program becomes one. It is never run,
 * since a mistake at its end is added.
 */
export function lineOfMistake(code: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const last = code.split("\n").length;
    const script = document.createElement("script");
    const url = URL.createObjectURL(new Blob([code, "\n}"], { type: "text/javascript" }));
    const end = (line?: number): void => {
      removeEventListener("error", listen);
      script.remove();
      URL.revokeObjectURL(url);
      resolve(line);
    };
    const listen = (event: ErrorEvent): void => {
      if (event.filename !== url) return;
      event.preventDefault();
      end(event.lineno > 0 && event.lineno <= last ? event.lineno : undefined);
    };
    addEventListener("error", listen);
    script.type = "module";
    script.addEventListener("error", () => end());
    script.addEventListener("load", () => end());
    script.src = url;
    document.head.append(script);
  });
}
