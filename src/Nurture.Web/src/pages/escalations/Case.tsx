import { Alert, Anchor, Badge, Button, Card, Grid, Group, Stack, Text, Textarea, Timeline, Title } from "@mantine/core";
import { IconHandStop, IconMail, IconMessage, IconUser } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useNow } from "@/api/clock";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { say, sayFailed } from "@/components/notify";
import { PageHeader } from "@/components/PageHeader";
import { useParam } from "@/components/params";
import { Problem } from "@/components/Problem";
import { BandBadge, SendBadge, StateBadge } from "@/components/StateBadge";
import { formatInstant, formatRelative } from "@/components/times";
import { When } from "@/components/When";
import { CloseButton, HandOverButton, HoldButton, ReplyButton, SnoozeButton } from "./acts";
import { entrySentence, outcomeWord, whyNow } from "./sentences";
import { TaskBox } from "./Tasks";
import type { Case as CaseOf, Entry } from "./types";

export default function Case() {
  const { t, i18n } = useTranslation("escalations");
  const id = useParam("id");
  const path = `/escalations/${id}`;
  const can = useCan();
  const queries = useQueryClient();
  const { data, error, refetch } = useApi<CaseOf>(path, undefined, { refetchInterval: 10_000 });
  // What is asked is done by the account's own worker a moment later.
  const changed = () => {
    void queries.invalidateQueries({ queryKey: [path] });
    setTimeout(() => void queries.invalidateQueries({ queryKey: [path] }), 700);
  };
  const act = useMutation<unknown, ApiError, string>({ mutationFn: (name) => api.post(`${path}/${name}`), onSuccess: changed, onError: sayFailed });

  if (error && !data) return <Problem error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const isOpen = data.status !== "closed";
  const mayWork = isOpen && can("escalations.work");

  return (
    <>
      <PageHeader
        title={data.account_name ?? `#${data.account_id}`}
        back={{ to: "/escalations", label: t("to_queue") }}
        badges={
          <>
            <Badge variant="light">{data.title}</Badge>
            <StateBadge tone={isOpen ? (data.is_overdue ? "bad" : "busy") : "quiet"}>{isOpen ? (data.is_overdue ? t("late") : t(`status.${data.status}`)) : outcomeWord(t, data.outcome ?? "")}</StateBadge>
            {data.health_band && <BandBadge band={data.health_band} score={data.health_score} />}
          </>
        }
        actions={
          mayWork && (
            <>
              {data.status === "open" && (
                <Button variant="default" loading={act.isPending} onClick={() => act.mutate("acknowledge")} leftSection={<IconHandStop size={16} aria-hidden />}>
                  {t("take")}
                </Button>
              )}
              <HandOverButton path={path} assignee={data.assignee} onDone={changed} />
              {data.status === "snoozed" ? (
                <Button variant="default" onClick={() => act.mutate("wake")}>
                  {t("wake")}
                </Button>
              ) : (
                <SnoozeButton path={path} onDone={changed} />
              )}
              <ReplyButton path={path} people={data.people} onDone={changed} />
              <CloseButton path={path} outcomes={data.outcomes} onDone={changed} />
            </>
          )
        }
      />
      <Alert color={isOpen ? "orange" : "gray"} mb="md" title={t("why_now")} variant="light">
        <Text fw={600}>{whyNow(t, data.cause, data.title, i18n.language)}</Text>
      </Alert>
      {data.merged_into && (
        <Alert color="gray" mb="md" title={t("part_of")}>
          <LinkTo to={`/escalations/${data.merged_into}`} size="sm">
            {t("see_whole")}
          </LinkTo>
        </Alert>
      )}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <Card>
              <Title order={2} size="h4" mb="sm">
                {t("playbook")}
              </Title>
              <Stack gap="sm">
                {data.tasks.length === 0 && <Text c="dimmed">{t("no_tasks")}</Text>}
                {data.tasks.map((task) => (
                  <TaskBox key={task.id} task={task} onChange={changed} />
                ))}
              </Stack>
            </Card>
            <Card>
              <Title order={2} size="h4" mb="sm">
                {t("story_title")}
              </Title>
              {can("escalations.work") && <NoteBox path={path} onDone={changed} />}
              <Story story={data.story} />
            </Card>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <Facts data={data} onChange={changed} />
            <Card>
              <Title order={2} size="h4" mb="sm">
                {t("people")}
              </Title>
              <Stack gap="xs">
                {data.people.map((person) => (
                  <PersonLine key={person.id} person={person} />
                ))}
              </Stack>
            </Card>
            <Card>
              <Title order={2} size="h4" mb="sm">
                {t("received")}
              </Title>
              <Stack gap="xs">
                {data.received.length === 0 && <Text c="dimmed">{t("nothing_received")}</Text>}
                {data.received.map((send) => (
                  <Group key={send.id} justify="space-between" wrap="nowrap" gap="xs">
                    <Stack gap={0} style={{ minWidth: 0 }}>
                      <Anchor component={Link} to={`/mail/sends/${send.id}`} size="sm" truncate>
                        {send.template}
                      </Anchor>
                      <When at={send.planned_at} fz="xs" c="dimmed" />
                    </Stack>
                    <SendBadge state={send.state} />
                  </Group>
                ))}
              </Stack>
            </Card>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function Facts({ data, onChange }: { data: CaseOf; onChange: () => void }) {
  const { t, i18n } = useTranslation("escalations");
  const can = useCan();
  const hold = data.holds[0];
  return (
    <Card>
      <Stack gap="xs">
        <Fact label={t("assignee")}>{data.assignee ?? t("unassigned", { queue: data.queue })}</Fact>
        <Fact label={t("owner")}>{data.account_owner ?? t("no_owner")}</Fact>
        <Fact label={t("waits")}>
          <When at={data.opened_at} />
        </Fact>
        {data.acknowledge_by && !data.acknowledged_at && (
          <Fact label={t("acknowledge_by")}>
            <When at={data.acknowledge_by} />
          </Fact>
        )}
        {data.resolve_by && (
          <Fact label={t("resolve_by")}>
            <When at={data.resolve_by} />
          </Fact>
        )}
        {data.pauses.length > 0 && (
          <Fact label={t("pauses")}>
            {data.pauses.map((pause) => (
              <Text key={pause.from} size="sm">
                {formatInstant(pause.from, i18n.language)} – {formatInstant(pause.until, i18n.language)}
              </Text>
            ))}
          </Fact>
        )}
        <Fact label={t("account")}>
          <Anchor component={Link} to={`/accounts/${data.account_id}`}>
            {t("to_account")}
          </Anchor>
        </Fact>
        <Text size="sm" mt="xs">
          {hold ? t("hold", { until: formatInstant(hold.until, i18n.language), because: hold.because }) : t("not_held")}
        </Text>
        {can("holds.write") &&
          (hold ? (
            <ConfirmButton
              variant="default"
              size="xs"
              color="blue"
              question={t("release_question")}
              consequence={t("release_text")}
              act={t("release")}
              onConfirm={() => api.delete(`/accounts/${data.account_id}/hold`).then(onChange)}
            >
              {t("release")}
            </ConfirmButton>
          ) : (
            <HoldButton accountId={data.account_id} onDone={onChange} />
          ))}
      </Stack>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
      <Text size="sm" c="dimmed" style={{ flexShrink: 0 }}>
        {label}
      </Text>
      <Text size="sm" component="div" ta="right" style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </Group>
  );
}

function PersonLine({ person }: { person: CaseOf["people"][number] }) {
  const { t, i18n } = useTranslation("escalations");
  const now = useNow();
  const ago = person.last_active_at ? formatRelative(person.last_active_at, now, i18n.language) : null;
  return (
    <Group gap="xs" wrap="nowrap">
      <IconUser size={16} aria-hidden />
      <Stack gap={0} style={{ minWidth: 0 }}>
        <Anchor component={Link} to={`/contacts/${person.id}`} size="sm">
          {person.name ?? person.email ?? `#${person.id}`}
        </Anchor>
        <Text size="xs" c="dimmed">
          {[person.roles.join(", "), ago && t("last_seen", { ago })].filter(Boolean).join(" · ")}
        </Text>
      </Stack>
    </Group>
  );
}

function NoteBox({ path, onDone }: { path: string; onDone: () => void }) {
  const { t } = useTranslation("escalations");
  const [text, setText] = useState("");
  const add = useMutation<unknown, ApiError>({
    mutationFn: () => api.post(`${path}/notes`, { text }),
    onSuccess: () => {
      setText("");
      say(t("noted"));
      onDone();
    },
    onError: sayFailed,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") add.mutate();
      }}
    >
      <Stack gap="xs" mb="md">
        <Textarea label={t("note")} placeholder={t("note_hint")} autosize minRows={2} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Group justify="flex-end">
          <Button type="submit" size="xs" variant="light" disabled={text.trim() === ""} loading={add.isPending}>
            {t("add_note")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Story({ story }: { story: Entry[] }) {
  const { t, i18n } = useTranslation("escalations");
  const latestFirst = [...story].reverse();
  return (
    <Timeline bulletSize={22} lineWidth={2} active={-1}>
      {latestFirst.map((entry, index) => (
        <Timeline.Item
          key={`${entry.at} ${entry.kind} ${index}`}
          bullet={entry.kind === "reply" ? <IconMail size={12} aria-hidden /> : entry.kind === "note" ? <IconMessage size={12} aria-hidden /> : undefined}
          title={<Text size="sm">{entrySentence(t, entry, i18n.language)}</Text>}
        >
          {entry.text && (
            <Text size="sm" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
              {entry.text}
            </Text>
          )}
          <When at={entry.at} fz="xs" c="dimmed" />
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
