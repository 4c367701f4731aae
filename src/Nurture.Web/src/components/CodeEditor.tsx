import { useComputedColorScheme } from "@mantine/core";
import { html } from "@codemirror/lang-html";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { yaml, yamlFrontmatter } from "@codemirror/lang-yaml";
import { Decoration, MatchDecorator, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import { EditorView, type Extension } from "@uiw/react-codemirror";
import CodeMirror from "@uiw/react-codemirror";
import { useMemo } from "react";

interface Props {
  value: string;
  onChange?: (value: string) => void;
  /** Of a mail: `html` and `markdown`, each behind its front matter. */
  language: "yaml" | "html" | "markdown" | "text";
  /** Shows the code between `{{` and `}}`. */
  hasCode?: boolean;
  /** Names the field for a screen reader. */
  label: string;
  isReadOnly?: boolean;
  height?: string;
  /** Completion, diagnostics; the caller keeps them the same object between renders. */
  extensions?: Extension[];
}

const none: Extension[] = [];

const languages = {
  yaml: () => yaml(),
  html: () => yamlFrontmatter({ content: html() }),
  markdown: () => yamlFrontmatter({ content: markdown({ base: markdownLanguage }) }),
  text: () => none,
};

// The code of a mail stands in text, in values and in attributes alike, so it is found by its braces.
const pieces = new MatchDecorator({ regexp: /\{\{.*?\}\}/g, decoration: Decoration.mark({ class: "cm-template-code" }) });

const looks = EditorView.baseTheme({
  "&light .cm-template-code": { backgroundColor: "#e3fafc", borderRadius: "2px" },
  "&dark .cm-template-code": { backgroundColor: "#0b3b44", borderRadius: "2px" },
});

const code = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = pieces.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.decorations = pieces.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** Text with colours. Heavy: load the page that has it lazily. Escape, then Tab, leaves it by keyboard. */
export default function CodeEditor({ value, onChange, language, label, hasCode = false, isReadOnly = false, height = "480px", extensions = none }: Props) {
  const scheme = useComputedColorScheme("light");
  const all = useMemo(
    () => [languages[language](), hasCode ? [code, looks] : none, EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label }), ...extensions],
    [language, hasCode, label, extensions],
  );
  return <CodeMirror value={value} onChange={onChange} readOnly={isReadOnly} height={height} theme={scheme} extensions={all} />;
}
