import { linter, lintGutter, type Diagnostic as Mark } from "@codemirror/lint";
import type { Extension, Text } from "@codemirror/state";
import type { Diagnostic } from "../types";

/** The server's mistakes at their places in the text. */
export function marksOf(diagnostics: Diagnostic[], doc: Text): Mark[] {
  return diagnostics.map((diagnostic) => {
    const line = doc.line(Math.min(Math.max(diagnostic.line, 1), doc.lines));
    const from = Math.min(line.from + Math.max(diagnostic.column - 1, 0), line.to);
    const to = diagnostic.length > 0 ? Math.min(from + diagnostic.length, doc.length) : Math.max(from, line.to);
    return {
      from,
      to: Math.max(to, from),
      severity: diagnostic.severity,
      source: diagnostic.code,
      message: diagnostic.hint ? `${diagnostic.message}\n${diagnostic.hint}` : diagnostic.message,
    };
  });
}

/** Asks about the text a moment after the last key, and marks what is wrong. */
export function checking(check: (text: string) => Promise<Diagnostic[]>): Extension {
  return [
    lintGutter(),
    linter(async (view) => {
      const doc = view.state.doc;
      const found = await check(doc.toString());
      // Typed on meanwhile: the next answer is under way.
      return view.state.doc.eq(doc) ? marksOf(found, doc) : [];
    }, { delay: 350 }),
  ];
}
