import { useComputedColorScheme } from "@mantine/core";
import { html } from "@codemirror/lang-html";
import { yaml } from "@codemirror/lang-yaml";
import { EditorView, type Extension } from "@uiw/react-codemirror";
import CodeMirror from "@uiw/react-codemirror";
import { useMemo } from "react";

interface Props {
  value: string;
  onChange?: (value: string) => void;
  language: "yaml" | "html";
  /** Names the field for a screen reader. */
  label: string;
  isReadOnly?: boolean;
  height?: string;
  /** Completion, diagnostics; the caller keeps them the same object between renders. */
  extensions?: Extension[];
}

const none: Extension[] = [];

/** Text with colours. Heavy: load the page that has it lazily. Escape, then Tab, leaves it by keyboard. */
export default function CodeEditor({ value, onChange, language, label, isReadOnly = false, height = "480px", extensions = none }: Props) {
  const scheme = useComputedColorScheme("light");
  const all = useMemo(
    () => [language === "yaml" ? yaml() : html(), EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label }), ...extensions],
    [language, label, extensions],
  );
  return <CodeMirror value={value} onChange={onChange} readOnly={isReadOnly} height={height} theme={scheme} extensions={all} />;
}
