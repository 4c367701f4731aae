import { Stack } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { lazy, Suspense, useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import type { Diagnostic, Vocabulary } from "../scenarios/types";
import { Publish } from "./Publish";
import type { CheckedSegments, SegmentsFile } from "./types";

const TextPane = lazy(() => import("../scenarios/editing/TextPane"));

/** The whole of segments.yaml. */
export default function TextPage() {
  const { t } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const { data: vocabulary, error: wordless } = useApi<Vocabulary>("/vocabulary");
  const { data: file, error } = useApi<SegmentsFile>("/files/segments", undefined, { staleTime: Infinity, refetchOnWindowFocus: false });
  const [typed, setTyped] = useState<string | null>(null);
  const editor = useRef<ReactCodeMirrorRef>(null);
  const check = useCallback(async (text: string): Promise<Diagnostic[]> => {
    try {
      return (await api.post<CheckedSegments>("/files/segments/check", { text })).diagnostics;
    } catch {
      // The server is asked again with the next key, and before anything is published.
      return [];
    }
  }, []);
  const jump = (line: number, column: number) => {
    const view = editor.current?.view;
    if (!view) return;
    const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    view.dispatch({ selection: { anchor: Math.min(at.from + Math.max(column - 1, 0), at.to) }, scrollIntoView: true });
    view.focus();
  };
  const failed = error ?? wordless;
  const text = typed ?? (file && file.text !== "" ? file.text : "segments:\n");
  return (
    <>
      <PageHeader title="segments.yaml" description={t("segments.file_text")} back={{ to: "/segments", label: t("segments.title") }} />
      {failed && <Problem error={failed} />}
      {file && vocabulary && (
        <Stack>
          <Suspense fallback={<Loading rows={14} />}>
            <TextPane ref={editor} value={text} onChange={setTyped} check={check} vocabulary={vocabulary} label="segments.yaml" />
          </Suspense>
          {can("scenarios.write") && <Publish given={{ text, based_on: file.version }} onJump={jump} onPublished={() => navigate({ to: "/segments" })} />}
        </Stack>
      )}
    </>
  );
}
