/** The editor: CodeMirror with what a short program needs. Loaded when it is asked for. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface Editor {
  focus(): void;
  setText(text: string): void;
  /** Marks a line, from 1; undefined to mark none. */
  markLine(line: number | undefined): void;
  destroy(): void;
}

interface Listener {
  changed(text: string): void;
  /** Control or Command with Enter. */
  run(): void;
}

const setMark = StateEffect.define<number | undefined>();
const marked = Decoration.line({ class: "failed-line" });

/** The marked line; an edit takes the mark away. */
const mark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, { docChanged, effects, state }) {
    if (docChanged) return Decoration.none;
    for (const effect of effects) {
      if (!effect.is(setMark)) continue;
      const line = effect.value;
      if (line === undefined || line > state.doc.lines) return Decoration.none;
      const builder = new RangeSetBuilder<Decoration>();
      const { from } = state.doc.line(line);
      builder.add(from, from, marked);
      return builder.finish();
    }
    return decorations;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operator, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
  { tag: [tags.comment], color: "var(--code-comment)" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: "var(--code-function)",
  },
  { tag: [tags.typeName, tags.className], color: "var(--code-type)" },
]);

export function makeEditor(parent: HTMLElement, text: string, { changed, run }: Listener): Editor {
  let isSetting = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        javascript({ typescript: true }),
        syntaxHighlighting(colors),
        mark,
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true) },
          ...defaultKeymap,
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": "Program. Escape, then Tab leaves it" }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && !isSetting) changed(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    setText(text) {
      isSetting = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      isSetting = false;
    },
    markLine: (line) => view.dispatch({ effects: setMark.of(line) }),
    destroy: () => view.destroy(),
  };
}
