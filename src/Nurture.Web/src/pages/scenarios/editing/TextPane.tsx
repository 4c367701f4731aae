import { useComputedColorScheme } from "@mantine/core";
import { yaml } from "@codemirror/lang-yaml";
import CodeMirror, { EditorView, type ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { forwardRef, useMemo } from "react";
import type { Diagnostic, Vocabulary } from "../types";
import { scenarioCompletion } from "./completion";
import { checking } from "./diagnostics";

interface Props {
  value: string;
  onChange: (value: string) => void;
  check: (text: string) => Promise<Diagnostic[]>;
  label: string;
  /** What may be written; without it nothing is completed. */
  vocabulary?: Vocabulary;
  placeholder?: string;
}

/** The text of a scenario: coloured, completed, and marked where it is wrong. Escape, then Tab, leaves it by keyboard. */
export default forwardRef<ReactCodeMirrorRef, Props>(function TextPane({ value, onChange, check, label, vocabulary, placeholder }, ref) {
  const scheme = useComputedColorScheme("light");
  const extensions = useMemo(
    () => [yaml(), EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label }), checking(check), ...(vocabulary ? [scenarioCompletion(vocabulary)] : [])],
    [check, label, vocabulary],
  );
  return <CodeMirror ref={ref} value={value} onChange={onChange} theme={scheme} extensions={extensions} minHeight="360px" maxHeight="70vh" placeholder={placeholder} basicSetup={{ autocompletion: false }} style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: "var(--mantine-radius-md)", overflow: "hidden", fontSize: 13 }} />;
});
