import { useComputedColorScheme } from "@mantine/core";
import CodeMirror, { EditorView } from "@uiw/react-codemirror";
import { useMemo } from "react";
import { conditionCompletion } from "@/pages/scenarios/editing/completion";
import { checking } from "@/pages/scenarios/editing/diagnostics";
import type { Diagnostic, Vocabulary } from "@/pages/scenarios/types";

interface Props {
  value: string;
  onChange: (value: string) => void;
  check: (text: string) => Promise<Diagnostic[]>;
  label: string;
  vocabulary: Vocabulary;
}

/** A condition as authors type it: completed, and marked where it is wrong. Heavy: load it lazily. */
export default function ConditionText({ value, onChange, check, label, vocabulary }: Props) {
  const scheme = useComputedColorScheme("light");
  const extensions = useMemo(() => [EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label }), checking(check), conditionCompletion(vocabulary)], [check, label, vocabulary]);
  return (
    <CodeMirror
      value={value}
      onChange={onChange}
      theme={scheme}
      extensions={extensions}
      minHeight="72px"
      basicSetup={{ autocompletion: false, lineNumbers: false, foldGutter: false }}
      style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: "var(--mantine-radius-md)", overflow: "hidden", fontSize: 13 }}
    />
  );
}
