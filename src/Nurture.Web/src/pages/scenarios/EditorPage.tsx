import { Alert, Badge, Box, Button, Code, Group, Paper, Stack, Tabs, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCheck, IconCloudCheck, IconCloudOff, IconCloudUp, IconRocket } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { lazy, Suspense, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { ConfirmButton } from "@/components/Confirm";
import { DiffView } from "@/components/DiffView";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { When } from "@/components/When";
import { say } from "@/components/notify";
import { useParam } from "@/components/params";
import { CheckDrawer, Mistake } from "./check/CheckDrawer";
import { StepForm } from "./editing/StepForm";
import { useDraft, type Saving } from "./editing/useDraft";
import { FlowPanel } from "./flow/FlowPanel";
import { allSteps, type Checked, type Diagnostic, type Draft, type Flow, type Vocabulary } from "./types";

const TextPane = lazy(() => import("./editing/TextPane"));

export default function EditorPage() {
  const name = useParam("name");
  // Another scenario is another editor: nothing of one may reach the other.
  return <Editor key={name} name={name} />;
}

function Editor({ name }: { name: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { text, tests, change, draft, published, saving, theirs, keepMine, takeTheirs, discard, error } = useDraft(name);
  const { data: vocabulary, error: wordless } = useApi<Vocabulary>("/vocabulary");
  const [checked, setChecked] = useState<Checked | null>(null);
  const [flow, setFlow] = useState<Flow | null>(null);
  // By place in the text: ids follow from what a step does, so they change while it is edited.
  const [selected, select] = useState<number | "trigger" | null>(null);
  const [pane, setPane] = useState<string | null>("text");
  const [isChecking, setChecking] = useState(false);
  const isWide = useMediaQuery("(min-width: 75em)", true, { getInitialValueInEffect: false });
  const editor = useRef<ReactCodeMirrorRef>(null);
  const testEditor = useRef<ReactCodeMirrorRef>(null);
  const latest = useRef({ text: "", tests: "" });
  useLayoutEffect(() => {
    latest.current = { text: text ?? "", tests };
  }, [text, tests]);

  const checkText = useCallback(async (typed: string): Promise<Diagnostic[]> => {
    try {
      const answer = await api.post<Checked>("/scenarios/check", { text: typed, tests: latest.current.tests });
      if (typed === latest.current.text) {
        setChecked(answer);
        if (answer.flow) setFlow(answer.flow);
      }
      return answer.diagnostics;
    } catch {
      // The server will be asked again with the next key; that it cannot be reached is said by the saving beside.
      return [];
    }
  }, []);
  const checkTests = useCallback(async (typed: string): Promise<Diagnostic[]> => {
    try {
      return (await api.post<Checked>("/scenarios/check", { text: latest.current.text, tests: typed })).test_diagnostics;
    } catch {
      return [];
    }
  }, []);

  const jump = (where: "text" | "tests", line: number, column: number) => {
    setPane(where);
    setChecking(false);
    // The pane has to be there before its cursor can be set.
    setTimeout(() => {
      const view = (where === "text" ? editor : testEditor).current?.view;
      if (!view) return;
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: Math.min(at.from + Math.max(column - 1, 0), at.to) }, scrollIntoView: true });
      view.focus();
    }, 120);
  };

  const publish = async () => {
    const { text, tests } = latest.current;
    const named = checked?.name ?? name;
    const files = [{ file: `${named}.yaml`, text }, ...(tests.trim() ? [{ file: `tests/${named}.yaml`, text: tests }] : [])];
    await api.post("/scenarios", { files });
    await discard();
    await client.invalidateQueries({ predicate: (query) => String(query.queryKey[0]).startsWith("/scenarios") });
    say(t("check.published_done"));
    await navigate({ to: `/scenarios/${named}` });
  };

  const steps = useMemo(() => allSteps(flow?.steps ?? []), [flow]);
  const lineOfTitle = text ? /^title:\s*(.+)$/m.exec(text)?.[1]?.replace(/\s+#.*$/, "").replace(/^['"]|['"]$/g, "") : undefined;

  if (error || wordless)
    return (
      <>
        <PageHeader title={name} back={{ to: "/scenarios", label: t("scenarios.title") }} />
        <Problem error={error ?? wordless} />
      </>
    );
  if (text === null || !vocabulary) return <Loading rows={12} />;

  const step = selected === "trigger" ? "trigger" : steps.find((one) => one.at.start === selected);
  const selectedId = step === "trigger" ? "trigger" : (step?.id ?? null);
  const wrong = new Set(steps.filter((one, at) => checked?.diagnostics.some((mistake) => mistake.severity === "error" && mistake.line >= one.at.line && mistake.line < (steps[at + 1]?.at.line ?? Infinity))).map((one) => one.id));
  const errors = checked?.diagnostics.filter((mistake) => mistake.severity === "error") ?? [];
  const isAccount = /^subject:\s*account\b/m.test(text);
  const onFlowSelect = (id: string) => {
    if (id === selectedId) return select(null);
    const found = steps.find((one) => one.id === id);
    select(id === "trigger" ? "trigger" : (found?.at.start ?? null));
    const view = editor.current?.view;
    if (found && view && found.at.start <= view.state.doc.length) view.dispatch({ selection: { anchor: found.at.start }, scrollIntoView: true });
  };

  return (
    <>
      <PageHeader
        title={lineOfTitle ?? name}
        back={published && published.newest_version > 0 ? { to: `/scenarios/${name}`, label: published.title ?? name } : { to: "/scenarios", label: t("scenarios.title") }}
        badges={<SavingBadge saving={saving} draft={draft} />}
        actions={
          <>
            {draft && (
              <ConfirmButton
                variant="default"
                question={t("editing.discard_question")}
                consequence={t(published && published.newest_version > 0 ? "editing.discard_text" : "editing.discard_new_text")}
                act={t("editing.discard")}
                onConfirm={async () => {
                  await discard();
                  await navigate({ to: published && published.newest_version > 0 ? `/scenarios/${name}` : "/scenarios" });
                }}
              >
                {t("editing.discard")}
              </ConfirmButton>
            )}
            <Button leftSection={<IconRocket size={16} aria-hidden />} onClick={() => setChecking(true)} data-testid="check">
              {t("check.check_before")}
            </Button>
          </>
        }
      />
      {theirs && <Conflict theirs={theirs} onMine={() => void keepMine()} onTheirs={takeTheirs} />}
      <Box style={{ display: "grid", gap: "var(--mantine-spacing-md)", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 440px), 1fr))", alignItems: "start" }}>
        <Stack gap="xs" style={isWide ? { minWidth: 0, position: "sticky", top: 72 } : { minWidth: 0 }}>
          <Tabs value={pane} onChange={setPane} variant="outline">
            <Tabs.List>
              <Tabs.Tab value="text">{t("scenarios.text")}</Tabs.Tab>
              <Tabs.Tab value="tests">{t("scenarios.tests")}</Tabs.Tab>
              {published?.text && <Tabs.Tab value="changes">{t("scenarios.changes")}</Tabs.Tab>}
            </Tabs.List>
            <Tabs.Panel value="text" pt="xs">
              <Suspense fallback={<Loading rows={14} />}>
                <TextPane ref={editor} value={text} onChange={(typed) => change(typed, latest.current.tests)} vocabulary={vocabulary} check={checkText} label={t("scenarios.text")} />
              </Suspense>
            </Tabs.Panel>
            <Tabs.Panel value="tests" pt="xs">
              <Suspense fallback={<Loading rows={14} />}>
                <TextPane ref={testEditor} value={tests} onChange={(typed) => change(latest.current.text, typed)} check={checkTests} label={t("scenarios.tests")} placeholder={t("editing.tests_placeholder", { name: checked?.name ?? name })} />
              </Suspense>
            </Tabs.Panel>
            {published?.text && (
              <Tabs.Panel value="changes" pt="xs">
                <DiffView before={published.text} after={text} />
              </Tabs.Panel>
            )}
          </Tabs>
          <Stack gap={6} role="status" aria-live="polite" data-testid="mistakes">
            {checked && checked.diagnostics.length === 0 && (
              <Group gap={6}>
                <IconCheck size={16} color="var(--mantine-color-teal-6)" aria-hidden />
                <Text size="sm" c="dimmed">
                  {t("editing.no_mistakes")}
                </Text>
              </Group>
            )}
            {checked?.diagnostics.slice(0, 5).map((mistake) => <Mistake key={`${mistake.code}${mistake.line}${mistake.column}`} diagnostic={mistake} onJump={() => jump("text", mistake.line, mistake.column)} />)}
            {checked && checked.diagnostics.length > 5 && (
              <Text size="sm" c="dimmed">
                {t("editing.and_more", { count: checked.diagnostics.length - 5 })}
              </Text>
            )}
          </Stack>
        </Stack>
        <Stack gap="md" style={{ minWidth: 0 }}>
          {flow ? (
            <Box style={checked && !checked.flow ? { opacity: 0.55 } : undefined}>
              {checked && !checked.flow && (
                <Text size="sm" c="dimmed">
                  {t("flow.last_drawing")}
                </Text>
              )}
              <FlowPanel flow={flow} selected={selectedId} onSelect={onFlowSelect} wrong={errors.length > 0 ? wrong : undefined} height="70vh" />
            </Box>
          ) : (
            checked && <Alert color="gray">{t("flow.not_drawable")}</Alert>
          )}
          {step && flow && (
            <Paper p="md" shadow="lg" style={{ position: "sticky", bottom: 12, zIndex: 5, maxHeight: "60vh", overflowY: "auto" }}>
              <StepForm key={String(selected)} text={text} flow={flow} step={step} vocabulary={vocabulary} isAccount={isAccount} onEdit={(edited) => change(edited, latest.current.tests)} onSelect={select} />
            </Paper>
          )}
          {!step && flow && (
            <Text size="sm" c="dimmed">
              {t("editing.click_a_step")}
            </Text>
          )}
        </Stack>
      </Box>
      <CheckDrawer text={text} tests={tests} isOpen={isChecking} vocabulary={vocabulary} onClose={() => setChecking(false)} onJump={jump} onPublish={publish} />
    </>
  );
}

function SavingBadge({ saving, draft }: { saving: Saving; draft: Draft | null }) {
  const { t } = useTranslation();
  if (saving === "failed" || saving === "conflict")
    return (
      <Badge color="red" leftSection={<IconCloudOff size={13} aria-hidden />} role="status">
        {t(`editing.saving_${saving}`)}
      </Badge>
    );
  if (saving !== "saved")
    return (
      <Badge color="gray" leftSection={<IconCloudUp size={13} aria-hidden />}>
        {t("editing.saving")}
      </Badge>
    );
  if (!draft)
    return (
      <Badge color="gray" variant="outline">
        {t("editing.unchanged")}
      </Badge>
    );
  return (
    <Group gap={6}>
      <Badge color="teal" leftSection={<IconCloudCheck size={13} aria-hidden />} data-testid="saved">
        {t("editing.draft_saved")}
      </Badge>
      <Text size="xs" c="dimmed">
        <When at={draft.edited_at} relative /> · {draft.edited_by}
      </Text>
    </Group>
  );
}

function Conflict({ theirs, onMine, onTheirs }: { theirs: Draft; onMine: () => void; onTheirs: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" title={t("editing.conflict_title", { by: theirs.edited_by })} mb="md" role="alert">
      <Stack gap="sm">
        <Text size="sm">
          {t("editing.conflict_text")} <When at={theirs.edited_at} relative />
        </Text>
        <Code block mah={160} style={{ overflow: "auto" }}>
          {theirs.text}
        </Code>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={onTheirs}>
            {t("editing.take_theirs")}
          </Button>
          <Button size="xs" color="red" onClick={onMine}>
            {t("editing.keep_mine")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
