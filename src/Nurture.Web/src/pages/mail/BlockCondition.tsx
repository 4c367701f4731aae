import { linter, type Diagnostic as Mark } from "@codemirror/lint";
import { useComputedColorScheme } from "@mantine/core";
import CodeMirror, { EditorState, EditorView, type Extension } from "@uiw/react-codemirror";
import { useMemo } from "react";
import type { Vocabulary } from "../scenarios/types";
import { expressionCompletion } from "./completion";

export interface ConditionProblem {
  /** In the condition. */
  from: number;
  to: number;
  severity: "error" | "warning" | "info";
  message: string;
}

interface Props {
  value: string;
  onChange: (value: string) => void;
  problems: ConditionProblem[];
  label: string;
  vocabulary: Vocabulary | undefined;
  isFocused: boolean;
}

/** One line: what is pasted into it becomes one. */
const oneLine = EditorState.transactionFilter.of((change) =>
  change.newDoc.lines === 1 ? change : [change, { changes: { from: 0, to: change.newDoc.length, insert: change.newDoc.toString().replace(/\s*\n\s*/g, " ") }, sequential: true }],
);

/** For whom a block is shown, as its author types it: completed, and marked where it is wrong. Heavy: load it lazily. */
export default function BlockCondition({ value, onChange, problems, label, vocabulary, isFocused }: Props) {
  const scheme = useComputedColorScheme("light");
  const extensions = useMemo<Extension[]>(
    () => [EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label }), oneLine, ...(vocabulary ? [expressionCompletion(vocabulary)] : [])],
    [label, vocabulary],
  );
  const marks = useMemo<Extension>(() => linter((editor) => problems.map((problem): Mark => markOf(problem, editor)), { delay: 0 }), [problems]);
  return (
    <CodeMirror
      value={value}
      onChange={onChange}
      theme={scheme}
      extensions={[...extensions, marks]}
      autoFocus={isFocused}
      basicSetup={{ autocompletion: false, lineNumbers: false, foldGutter: false, highlightActiveLine: false }}
      style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: "var(--mantine-radius-sm)", overflow: "hidden", fontSize: 13 }}
    />
  );
}

function markOf(problem: ConditionProblem, editor: EditorView): Mark {
  const end = editor.state.doc.length;
  const from = Math.min(problem.from, end);
  return { from, to: Math.max(from, Math.min(problem.to, end)), severity: problem.severity, message: problem.message };
}
