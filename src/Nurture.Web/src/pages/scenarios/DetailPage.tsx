import { Alert, Anchor, Button, Group, Modal, Stack, Tabs, Text, Textarea, SimpleGrid, Paper } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconEdit, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { When } from "@/components/When";
import { say } from "@/components/notify";
import { useParam, useSearchParams } from "@/components/params";
import { FlowPanel } from "./flow/FlowPanel";
import { stepWords, triggerWords } from "./flow/sentences";
import HistoryTab from "./HistoryTab";
import PeopleTab from "./PeopleTab";
import { ScenarioState } from "./ScenarioState";
import VersionsTab, { Preparing } from "./VersionsTab";
import { RowChoice } from "./RowChoice";
import { allSteps, familyOf, type Scenario } from "./types";

const CodeEditor = lazy(() => import("@/components/CodeEditor"));

const tabs = ["flow", "people", "history", "versions", "text"] as const;

/** Once a while the counts are read anew; nothing else on the page moves by itself. */
const often = 5_000;

export default function DetailPage() {
  const { t } = useTranslation();
  const name = useParam("name");
  const can = useCan();
  const { data: scenario, error, refetch } = useApi<Scenario>(`/scenarios/${name}`, undefined, { refetchInterval: often });

  if (error && !scenario)
    return (
      <>
        <PageHeader title={name} back={{ to: "/scenarios", label: t("scenarios.title") }} />
        <Problem error={error} retry={() => void refetch()} />
      </>
    );
  if (!scenario) return <Loading rows={10} />;
  const preparing = scenario.versions?.find((version) => version.state === "preparing");
  const isRunning = scenario.live_version !== null;

  return (
    <>
      <PageHeader
        title={scenario.title ?? scenario.name}
        back={{ to: "/scenarios", label: t("scenarios.title") }}
        badges={<ScenarioState scenario={scenario} />}
        description={[scenario.name, scenario.class && t(`common.class.${scenario.class}`), scenario.subject && t(`scenarios.about_${scenario.subject}`), scenario.owner].filter(Boolean).join(" · ")}
        actions={
          <>
            {isRunning && can("scenarios.pause") && <PauseButton scenario={scenario} />}
            {can("scenarios.write") && (
              <Button component={Link} to={`/scenarios/${familyOf(name)}/edit`} leftSection={<IconEdit size={16} aria-hidden />}>
                {t(scenario.draft ? "scenarios.go_on_editing" : "common.edit")}
              </Button>
            )}
          </>
        }
      />
      <Stack>
        {scenario.is_paused && (
          <Alert color="yellow" icon={<IconPlayerPause aria-hidden />} title={t("scenarios.paused_by", { by: scenario.paused_by ?? "" })}>
            <Text size="sm">
              {scenario.paused_because && <>{scenario.paused_because} · </>}
              <When at={scenario.paused_at} relative />. {t("scenarios.paused_text")}
            </Text>
          </Alert>
        )}
        {preparing && (
          <Alert color="blue" title={t("scenarios.preparing_title", { number: preparing.version })}>
            {t("scenarios.preparing_text")}
            <Preparing version={preparing} />
          </Alert>
        )}
        {scenario.draft && (
          <Alert color="indigo" variant="outline">
            <Text size="sm" component="div">
              {t("scenarios.draft_by", { by: scenario.draft.edited_by })} <When at={scenario.draft.edited_at} relative />.{" "}
              <Anchor component={Link} to={`/scenarios/${familyOf(name)}/edit`}>
                {t("scenarios.go_on_editing")}
              </Anchor>
            </Text>
          </Alert>
        )}
        {scenario.newest_version === 0 ? <Empty title={t("scenarios.never_published")}>{t("scenarios.never_published_text")}</Empty> : <Published scenario={scenario} />}
      </Stack>
    </>
  );
}

function Published({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearchParams();
  const shown = tabs.includes(search["show"] as never) ? (search["show"] as string) : "flow";
  const go = (show: string, more: Record<string, string | undefined> = {}) => void navigate({ to: `/scenarios/${scenario.name}`, search: { show, ...more } as never, replace: true });
  return (
    <>
      <RowChoice scenario={scenario} onRow={(row) => void navigate({ to: `/scenarios/${row}`, search: { show: shown } as never })} />
      <Numbers scenario={scenario} />
      <Tabs value={shown} onChange={(tab) => tab && go(tab)} keepMounted={false}>
        <Tabs.List style={{ overflowX: "auto", overflowY: "hidden", flexWrap: "nowrap" }}>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`scenarios.tab_${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="flow" pt="md">
          <FlowTab scenario={scenario} onStep={(step) => go("people", { step })} />
        </Tabs.Panel>
        <Tabs.Panel value="people" pt="md">
          <PeopleTab scenario={scenario} step={typeof search["step"] === "string" ? search["step"] : null} onStep={(step) => go("people", { step: step ?? undefined })} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <HistoryTab name={scenario.name} what={String(search["what"] ?? "all")} onWhat={(what) => go("history", { what })} />
        </Tabs.Panel>
        <Tabs.Panel value="versions" pt="md">
          <VersionsTab scenario={scenario} />
        </Tabs.Panel>
        <Tabs.Panel value="text" pt="md">
          <Suspense fallback={<Loading rows={12} />}>
            <CodeEditor value={scenario.text ?? ""} language="yaml" label={t("scenarios.text")} isReadOnly height="auto" />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Numbers({ scenario }: { scenario: Scenario }) {
  const { t, i18n } = useTranslation();
  const { standing, entered, parked, failed } = scenario.activity;
  const number = new Intl.NumberFormat(i18n.language);
  const tiles: { label: string; value: number; show: string; what?: string; isBad?: boolean }[] = [
    { label: t("scenarios.running"), value: standing, show: "people" },
    { label: t("scenarios.entered_today"), value: entered, show: "history", what: "entered" },
    { label: t("scenarios.stuck_now"), value: parked, show: "people", what: "stuck", isBad: parked > 0 },
    { label: t("scenarios.failed_today"), value: failed, show: "history", what: "failed", isBad: failed > 0 },
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      {tiles.map((tile) => (
        <Paper key={tile.label} p="sm">
          <Text size="sm" c="dimmed">
            {tile.label}
          </Text>
          <Anchor component={Link} to={`/scenarios/${scenario.name}`} search={{ show: tile.show, what: tile.what } as never} fz="xl" fw={600} c={tile.isBad ? "red" : undefined} aria-label={`${tile.label}: ${tile.value}`}>
            {number.format(tile.value)}
          </Anchor>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

function FlowTab({ scenario, onStep }: { scenario: Scenario; onStep: (step: string) => void }) {
  const { t, i18n } = useTranslation();
  const [selected, select] = useState<string | null>(null);
  if (!scenario.flow) return <Empty title={t("flow.not_drawable")} />;
  const counts: Record<string, number> = {};
  for (const { step, standing } of scenario.steps ?? []) counts[step] = (counts[step] ?? 0) + standing;
  const drawn = new Set(allSteps(scenario.flow.steps).map((step) => step.id));
  const elsewhere = Object.entries(counts).filter(([step]) => !drawn.has(step));
  const step = allSteps(scenario.flow.steps).find((one) => one.id === selected);
  const words = step ? stepWords(step, i18n.language, t) : selected === "trigger" ? triggerWords(scenario.flow, i18n.language, t) : null;
  return (
    <Stack>
      {scenario.flow.audience && (
        <Text size="sm">
          {t("flow.audience")}: <code>{scenario.flow.audience}</code>
        </Text>
      )}
      <FlowPanel flow={scenario.flow} counts={counts} selected={selected} onSelect={(id) => select(selected === id ? null : id)} />
      {words && selected && (
        <Paper p="md" role="status" shadow="md" style={{ position: "sticky", bottom: 12, zIndex: 5 }}>
          <Group justify="space-between">
            <div style={{ minWidth: 0 }}>
              <Text fw={600}>{words.title}</Text>
              {words.detail && (
                <Text size="sm" c="dimmed">
                  {words.detail}
                </Text>
              )}
            </div>
            {step && (
              <Button variant="light" onClick={() => onStep(step.id)}>
                {t("flow.who_stands_here", { count: counts[step.id] ?? 0 })}
              </Button>
            )}
          </Group>
        </Paper>
      )}
      {elsewhere.length > 0 && (
        <Alert color="gray" title={t("flow.on_older_steps")}>
          {elsewhere.map(([id, count]) => (
            <Anchor key={id} component="button" type="button" size="sm" me="md" onClick={() => onStep(id)}>
              {id}: {count}
            </Anchor>
          ))}
        </Alert>
      )}
    </Stack>
  );
}

function PauseButton({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const [because, setBecause] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const act = scenario.is_paused ? "resume" : "pause";
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await api.post(`/scenarios/${familyOf(scenario.name)}/${act}`, act === "pause" ? { because } : undefined);
      await client.invalidateQueries({ queryKey: [`/scenarios/${scenario.name}`] });
      await client.invalidateQueries({ queryKey: ["/scenarios"] });
      close();
      say(t(`scenarios.${act}_done`));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const icon: ReactNode = act === "pause" ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />;
  return (
    <>
      <Button variant="default" leftSection={icon} onClick={open}>
        {t(`scenarios.${act}`)}
      </Button>
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t(`scenarios.${act}_question`, { title: scenario.title ?? scenario.name })}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Stack>
          <Text size="sm">{t(`scenarios.${act}_text`)}</Text>
          {act === "pause" && <Textarea label={t("scenarios.pause_because")} description={t("scenarios.pause_because_text")} value={because} onChange={(change) => setBecause(change.currentTarget.value)} autosize minRows={2} data-autofocus />}
          {error !== null && <Problem error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button color={act === "pause" ? "yellow" : undefined} loading={isBusy} onClick={() => void confirm()}>
              {t(`scenarios.${act}`)}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
