import { Alert, Anchor, Autocomplete, Button, Group, Modal, Paper, Progress, Select, SimpleGrid, Stack, Text, TextInput, Textarea, Title } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useDebouncedCallback, useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconPlayerPlay, IconPlayerStop, IconSend, IconTestPipe } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "@mantine/dates/styles.css";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan, useMe } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { When } from "@/components/When";
import { say, sayFailed } from "@/components/notify";
import { useParam } from "@/components/params";
import type { Vocabulary } from "../scenarios/types";
import { ThrottleLines } from "../scenarios/bulk/ThrottleLines";
import { lengthWords } from "../scenarios/flow/sentences";
import { SubjectTestFields } from "../scenarios/subjects/SubjectTestFields";
import { SubjectTests } from "../scenarios/subjects/SubjectTests";
import { Audience } from "./Audience";
import { AudienceCount } from "./AudienceCount";
import { ConditionBuilder } from "@/components/conditions/ConditionBuilder";
import { StateOf } from "./StateOf";
import type { Broadcast, CheckedForm, Form } from "./types";

export default function BroadcastPage() {
  const { t } = useTranslation();
  const name = useParam("name");
  const can = useCan();
  const { data, error, refetch } = useApi<Broadcast>(`/broadcasts/${name}`, undefined, { refetchInterval: (query) => (query.state.data?.state === "draft" ? false : 3000) });
  const { data: vocabulary } = useApi<Vocabulary>("/vocabulary");
  if (error && !data)
    return (
      <>
        <PageHeader title={name} back={{ to: "/broadcasts", label: t("broadcasts.title") }} />
        <Problem error={error} retry={() => void refetch()} />
      </>
    );
  if (!data || !vocabulary) return <Loading rows={10} />;
  return data.state === "draft" && can("broadcasts.write") ? <DraftForm key={data.name} broadcast={data} vocabulary={vocabulary} /> : <Progressing broadcast={data} />;
}

function DraftForm({ broadcast, vocabulary }: { broadcast: Broadcast; vocabulary: Vocabulary }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState<Form>(broadcast.form);
  const [revision, setRevision] = useState(broadcast.revision);
  const [saved, setSaved] = useState(true);
  const [expected, setExpected] = useState<number | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [isOpen, { open, close }] = useDisclosure();
  const [isBusy, setBusy] = useState(false);
  const [asked] = useDebouncedValue(form, 350);
  const check = useQuery({ queryKey: ["/broadcasts/check", asked], queryFn: () => api.post<CheckedForm>("/broadcasts/check", asked), placeholderData: (before) => before });

  const save = async (next: Form): Promise<boolean> => {
    try {
      const kept = await api.put<Broadcast>(`/broadcasts/${broadcast.name}`, { form: next, revision });
      setRevision(kept.revision);
      setSaved(true);
      setFailure(null);
      void client.invalidateQueries({ queryKey: ["/broadcasts"] });
      return true;
    } catch (problem) {
      setFailure(problem);
      return false;
    }
  };
  const saveSoon = useDebouncedCallback(save, { delay: 700, flushOnUnmount: true });
  const set = <K extends keyof Form>(key: K, value: Form[K]) => change({ [key]: value });
  const change = (values: Partial<Form>) => {
    const next = { ...form, ...values };
    setForm(next);
    setSaved(false);
    saveSoon(next);
  };

  const schedule = async () => {
    setBusy(true);
    setFailure(null);
    try {
      saveSoon.cancel();
      if (!saved && !(await save(form))) return;
      await api.post(`/broadcasts/${broadcast.name}/schedule`, { expected });
      close();
      say(t("broadcasts.scheduled_done"));
      await client.invalidateQueries({ queryKey: [`/broadcasts/${broadcast.name}`] });
      await client.invalidateQueries({ queryKey: ["/broadcasts"] });
    } catch (problem) {
      setFailure(problem);
    } finally {
      setBusy(false);
    }
  };

  const problemOf = (field: string) => {
    // What was found in what stood there before says nothing of what stands there now.
    const found = check.isPlaceholderData || asked !== form ? undefined : check.data?.problems.filter((problem) => problem.field === field && problem.severity === "error")[0];
    // What is not filled in yet is no mistake before one tries to schedule it.
    return found && (form[field as keyof Form] ?? "") !== "" ? `${found.message} ${found.hint ?? ""}` : undefined;
  };
  const others = check.data?.problems.filter((problem) => problem.severity === "warning" || problem.field === null || !(problem.field in form)) ?? [];
  const start = form.at ? form.at.replace("T", " ") : null;

  return (
    <>
      <PageHeader
        title={form.title || t("broadcasts.untitled")}
        back={{ to: "/broadcasts", label: t("broadcasts.title") }}
        badges={<StateOf broadcast={broadcast} />}
        description={failure ? undefined : t(saved ? "broadcasts.saved" : "broadcasts.saving")}
        actions={
          <>
            <ConfirmButton
              variant="default"
              question={t("broadcasts.discard_question")}
              act={t("broadcasts.discard")}
              onConfirm={async () => {
                saveSoon.cancel();
                await api.delete(`/broadcasts/${broadcast.name}`);
                await client.invalidateQueries({ queryKey: ["/broadcasts"] });
                await navigate({ to: "/broadcasts" });
              }}
            >
              {t("broadcasts.discard")}
            </ConfirmButton>
            <Button leftSection={<IconSend size={16} aria-hidden />} onClick={open} disabled={!check.data?.is_good} data-testid="schedule">
              {t("broadcasts.schedule")}
            </Button>
          </>
        }
      />
      <Stack gap="md" maw={820}>
        {failure !== null && <Problem error={failure} />}
        <Section number={1} title={t("broadcasts.what")}>
          <TextInput label={t("broadcasts.form_title")} description={t("broadcasts.form_title_hint")} required value={form.title ?? ""} onChange={(change) => set("title", change.currentTarget.value)} error={problemOf("title")} />
          <Group align="flex-end" grow preventGrowOverflow={false}>
            <Select label={t("broadcasts.template")} required searchable data={vocabulary.templates.map((template) => template.name)} value={form.template || null} onChange={(template) => set("template", template ?? "")} error={problemOf("template")} maw={360} />
            {form.template && <TestSend template={form.template} locales={vocabulary.templates.find((one) => one.name === form.template)?.locales ?? []} />}
          </Group>
          <SubjectTestFields
            arms={vocabulary.templates.find((one) => one.name === form.template)?.subjects ?? []}
            share={form.subject_share ?? ""}
            after={form.subject_after ?? ""}
            onChange={(share, after) => change({ subject_share: share, subject_after: share === "" ? "" : after })}
            errors={{ share: problemOf("subject_share"), after: problemOf("subject_after") }}
          />
          <Group grow preventGrowOverflow={false} align="flex-start">
            <Select label={t("broadcasts.class")} data={[{ value: "marketing", label: t("common.class.marketing") }, { value: "service", label: t("common.class.service") }]} value={form.class || "marketing"} onChange={(value) => value && set("class", value)} allowDeselect={false} description={t(`broadcasts.class_${form.class || "marketing"}`)} />
            <Autocomplete label={t("broadcasts.topic")} description={t("broadcasts.topic_hint")} data={vocabulary.topics} value={form.topic ?? ""} onChange={(topic) => set("topic", topic)} error={problemOf("topic")} />
          </Group>
        </Section>
        <Section number={2} title={t("broadcasts.audience")}>
          <ConditionBuilder value={form.condition ?? ""} onChange={(condition) => set("condition", condition)} vocabulary={vocabulary} error={problemOf("condition")} />
          <AudienceCount condition={form.condition ?? ""} sendClass={form.class || "marketing"} topic={form.topic ?? ""} onCounted={setExpected} />
        </Section>
        <Section number={3} title={t("broadcasts.when")}>
          <Group grow preventGrowOverflow={false} align="flex-start">
            <DateTimePicker
              label={t("broadcasts.at")}
              description={t("broadcasts.at_hint", { zone: broadcast.zone })}
              required
              valueFormat="YYYY-MM-DD HH:mm"
              locale={i18n.language}
              value={start}
              onChange={(value) => set("at", value ? value.slice(0, 16).replace(" ", "T") : "")}
              error={problemOf("at")}
              highlightToday
              defaultTimeValue="09:00"
            />
            <Select
              label={t("broadcasts.pace")}
              description={t("broadcasts.pace_hint")}
              data={[{ value: "", label: t("broadcasts.at_once") }, ...["100/h", "500/h", "2000/h", "10000/h", "1000/d"].map((pace) => ({ value: pace, label: paceWords(pace, t) }))]}
              value={form.pace ?? ""}
              onChange={(pace) => set("pace", pace ?? "")}
              allowDeselect={false}
              error={problemOf("pace")}
            />
            <Select
              label={t("broadcasts.throttle")}
              description={t("broadcasts.throttle_hint")}
              data={[{ value: "", label: t("broadcasts.no_throttle") }, ...["100/h", "500/h", "2000/h", "2000/d", "10000/d"].map((pace) => ({ value: pace, label: paceWords(pace, t) }))]}
              value={form.throttle ?? ""}
              onChange={(pace) => set("throttle", pace ?? "")}
              allowDeselect={false}
              error={problemOf("throttle")}
            />
          </Group>
        </Section>
        {others.map((problem) => (
          <Alert key={problem.message} color={problem.severity === "error" ? "red" : "yellow"}>
            {problem.message} {problem.hint}
          </Alert>
        ))}
      </Stack>
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("broadcasts.schedule_question", { title: form.title })}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Stack>
          <Facts
            facts={[
              [t("broadcasts.template"), form.template ?? ""],
              [t("broadcasts.audience"), <Audience key="audience" condition={form.condition ?? ""} />],
              [t("broadcasts.at"), `${start ?? ""} (${broadcast.zone})`],
              [t("broadcasts.pace"), form.pace ? paceWords(form.pace, t) : t("broadcasts.at_once")],
              ...(form.subject_share ? ([[t("subjects.title"), `${t("subjects.with", { share: form.subject_share })}, ${t("subjects.after")} ${lengthWords(form.subject_after ?? "", i18n.language, t)}`]] as [string, ReactNode][]) : []),
            ]}
          />
          <Text size="sm">{t("broadcasts.schedule_text")}</Text>
          {failure !== null && <Problem error={failure} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button loading={isBusy} onClick={() => void schedule()} data-testid="confirm-schedule">
              {t("broadcasts.schedule")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function paceWords(pace: string, t: ReturnType<typeof useTranslation>["t"]): string {
  const match = /^(\d+)\/([mhd])$/.exec(pace);
  return match ? t(`broadcasts.per_${match[2]}`, { count: Number(match[1]) }) : pace;
}

function Section({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <Paper p="lg" component="section" aria-label={title}>
      <Stack>
        <Title order={2}>
          {number}. {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <Stack gap={6} component="dl" m={0}>
      {facts.map(([label, value]) => (
        <Group key={label} gap="sm" wrap="nowrap" align="flex-start">
          <Text component="dt" size="sm" c="dimmed" w={130} style={{ flexShrink: 0 }}>
            {label}
          </Text>
          <Text component="dd" size="sm" m={0} style={{ minWidth: 0 }}>
            {value}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

/** To oneself, in the language that is read here where there is one. */
function TestSend({ template, locales }: { template: string; locales: string[] }) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const me = useMe();
  const [isBusy, setBusy] = useState(false);
  if (!can("sends.test")) return null;
  const locale = locales.includes(i18n.language) ? i18n.language : locales[0];
  const test = async () => {
    setBusy(true);
    try {
      const sent = await api.post<{ to: string }>(`/templates/${template}.${locale}/test`, {});
      say(t("broadcasts.test_sent", { to: sent.to }));
    } catch (failure) {
      sayFailed(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Group gap="xs" wrap="nowrap">
      <Button variant="light" leftSection={<IconTestPipe size={16} aria-hidden />} onClick={() => void test()} loading={isBusy} disabled={!me.email} title={me.email ? undefined : t("broadcasts.no_address")}>
        {t("broadcasts.test")}
      </Button>
      <Anchor component={Link} to={`/mail/templates/${template}`} size="sm">
        {t("broadcasts.preview")}
      </Anchor>
    </Group>
  );
}

function Progressing({ broadcast }: { broadcast: Broadcast }) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const { form, walk, results } = broadcast;
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const share = (part: number) => (results.sent === 0 ? "" : new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 }).format(part / results.sent));
  const tiles: [string, number, string?][] = [
    [t("broadcasts.sent"), results.sent],
    [t("broadcasts.waiting"), results.waiting],
    [t("broadcasts.opened"), results.opened, share(results.opened)],
    [t("broadcasts.clicked"), results.clicked, share(results.clicked)],
    [t("broadcasts.not_sent"), results.not_sent],
    [t("broadcasts.bounced"), results.bounced + results.failed, share(results.bounced + results.failed)],
    ...(results.uncertain > 0 ? ([[t("common.send.uncertain"), results.uncertain]] as [string, number][]) : []),
  ];
  return (
    <>
      <PageHeader
        title={form.title || t("broadcasts.untitled")}
        back={{ to: "/broadcasts", label: t("broadcasts.title") }}
        badges={<StateOf broadcast={broadcast} />}
        actions={can("broadcasts.write") && broadcast.state !== "draft" && broadcast.state !== "sent" && broadcast.state !== "missed" ? <StopButton broadcast={broadcast} /> : null}
      />
      <Stack maw={900}>
        {broadcast.state === "stopped" && (
          <Alert color="yellow" title={t("broadcasts.stopped_by", { by: broadcast.stopped_by ?? "" })}>
            {broadcast.stopped_because}
          </Alert>
        )}
        {broadcast.state === "preparing" && <Alert color="blue">{t("broadcasts.preparing_text")}</Alert>}
        {broadcast.state === "missed" && (
          <Alert color="red" title={t("broadcasts.missed_title")}>
            {walk?.because ?? t("broadcasts.missed_text")}
          </Alert>
        )}
        <ThrottleLines name={broadcast.name} />
        <SubjectTests name={broadcast.name} isBroadcast />
        {walk && walk.state === "walking" && (
          <Paper p="md">
            <Text size="sm" mb={6}>
              {t("broadcasts.asked", { asked: number(walk.asked), subjects: number(walk.subjects), entered: number(walk.entered) })}
            </Text>
            <Progress value={walk.subjects === 0 ? 0 : (100 * walk.asked) / walk.subjects} aria-label={t("broadcasts.progress")} />
          </Paper>
        )}
        <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
          {tiles.map(([label, value, part]) => (
            <Paper key={label} p="sm">
              <Text size="sm" c="dimmed">
                {label}
              </Text>
              <Group gap={6} align="baseline">
                <Text fz="xl" fw={600}>
                  {number(value)}
                </Text>
                {part && (
                  <Text size="sm" c="dimmed">
                    {part}
                  </Text>
                )}
              </Group>
            </Paper>
          ))}
        </SimpleGrid>
        <Paper p="lg">
          <Facts
            facts={[
              [t("broadcasts.template"), <Anchor key="t" component={Link} to={`/mail/templates/${form.template}`} size="sm">{form.template}</Anchor>],
              [t("broadcasts.class"), t(`common.class.${form.class || "marketing"}`)],
              [t("broadcasts.topic"), form.topic || "–"],
              [t("broadcasts.audience"), <Audience key="audience" condition={form.condition ?? ""} />],
              [t("broadcasts.at"), <When key="w" at={broadcast.starts_at} />],
              [t("broadcasts.pace"), form.pace ? paceWords(form.pace, t) : t("broadcasts.at_once")],
              ...(walk ? ([[t("broadcasts.entered"), number(walk.entered)]] as [string, ReactNode][]) : []),
            ]}
          />
          {broadcast.state !== "draft" && (
            <Group mt="md">
              <Anchor component={Link} to="/mail/sends" search={{ scenario: broadcast.name } as never} size="sm">
                {t("broadcasts.all_mails")}
              </Anchor>
              <Anchor component={Link} to={`/scenarios/${broadcast.name}`} search={{ show: "history" } as never} size="sm">
                {t("broadcasts.history")}
              </Anchor>
            </Group>
          )}
        </Paper>
      </Stack>
    </>
  );
}

function StopButton({ broadcast }: { broadcast: Broadcast }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [because, setBecause] = useState("");
  const isStopped = broadcast.state === "stopped";
  const act = async (path: string, body?: unknown) => {
    await api.post(`/broadcasts/${broadcast.name}/${path}`, body);
    await client.invalidateQueries({ queryKey: [`/broadcasts/${broadcast.name}`] });
  };
  if (isStopped)
    return (
      <ConfirmButton color="cyan" question={t("broadcasts.continue_question")} consequence={t("broadcasts.continue_text")} act={t("broadcasts.continue")} onConfirm={() => act("continue")} leftSection={<IconPlayerPlay size={16} aria-hidden />}>
        {t("broadcasts.continue")}
      </ConfirmButton>
    );
  return (
    <ConfirmButton
      color="red"
      variant="outline"
      question={t("broadcasts.stop_question")}
      consequence={
        <Stack>
          {t("broadcasts.stop_text")}
          <Textarea label={t("common.reason")} value={because} onChange={(change) => setBecause(change.currentTarget.value)} autosize />
        </Stack>
      }
      act={t("broadcasts.stop")}
      onConfirm={() => act("stop", { because })}
      leftSection={<IconPlayerStop size={16} aria-hidden />}
    >
      {t("broadcasts.stop")}
    </ConfirmButton>
  );
}
