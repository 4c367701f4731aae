import { Anchor, Badge, Group, SegmentedControl, SimpleGrid, Paper, Stack, Tabs, Text } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useApi, usePage } from "@/api/hooks";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { useSearchParams } from "@/components/params";
import { BandBadge, StateBadge, type Tone } from "@/components/StateBadge";
import { When } from "@/components/When";
import { Approvals } from "./Approvals";
import { Holds } from "./Holds";
import { Refused } from "./Refused";
import { outcomeWord, whyNow } from "./sentences";
import { Tasks } from "./Tasks";
import type { Escalation } from "./types";

const tones: Record<Escalation["status"], Tone> = { open: "bad", acknowledged: "busy", snoozed: "waiting", closed: "quiet" };
const priorities: Record<string, string> = { urgent: "red", high: "orange", normal: "blue", low: "gray" };

interface Counts {
  open: number;
  unassigned: number;
  unacknowledged: number;
  overdue: number;
}

export default function Queue() {
  const { t } = useTranslation("escalations");
  const search = useSearchParams();
  const navigate = useNavigate();
  const tab = search.tab === "tasks" || search.tab === "holds" || search.tab === "approvals" ? search.tab : "cases";
  const state = search.state === "closed" ? "closed" : "open";
  const whose = search.whose === "mine" || search.whose === "nobody" ? search.whose : "everybody";
  const only = search.only === "open" || search.only === "overdue" ? search.only : undefined;
  const show = (next: Record<string, string>) => void navigate({ to: "/escalations", search: { tab, state, whose, ...next } as never, replace: true });

  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <CountsRow />
      <Tabs value={tab} onChange={(value) => show({ tab: value ?? "cases" })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="cases">{t("title")}</Tabs.Tab>
          <Tabs.Tab value="tasks">{t("tasks")}</Tabs.Tab>
          <Tabs.Tab value="approvals">{t("approvals")}</Tabs.Tab>
          <Tabs.Tab value="holds">{t("on_hold")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="cases">
          <Stack>
            <Group gap="sm">
              <SegmentedControl
                aria-label={t("state")}
                value={state}
                onChange={(value) => show({ state: value })}
                data={[
                  { value: "open", label: t("open") },
                  { value: "closed", label: t("closed") },
                ]}
              />
              <SegmentedControl
                aria-label={t("whose")}
                value={whose}
                onChange={(value) => show({ whose: value })}
                data={[
                  { value: "everybody", label: t("everybody") },
                  { value: "mine", label: t("mine") },
                  { value: "nobody", label: t("nobody") },
                ]}
              />
            </Group>
            {state === "open" && <Refused />}
            <Cases state={state} whose={whose} only={state === "open" ? only : undefined} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="tasks">
          <Tasks />
        </Tabs.Panel>
        <Tabs.Panel value="approvals">
          <Approvals />
        </Tabs.Panel>
        <Tabs.Panel value="holds">
          <Holds />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function CountsRow() {
  const { t } = useTranslation("escalations");
  const { data } = useApi<Counts>("/escalations/counts", undefined, { refetchInterval: 30_000 });
  if (!data) return null;
  const shown: [keyof Counts, Record<string, string>][] = [
    ["open", { whose: "everybody" }],
    ["unacknowledged", { whose: "everybody", only: "open" }],
    ["unassigned", { whose: "nobody" }],
    ["overdue", { whose: "everybody", only: "overdue" }],
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} mb="lg" spacing="sm">
      {shown.map(([key, search]) => (
        <Paper key={key} p="md" component={Link} {...({ to: "/escalations", search: { tab: "cases", state: "open", ...search } } as object)} style={{ textDecoration: "none", color: "inherit" }}>
          <Text size="sm" c="dimmed">
            {t(`counts.${key}`)}
          </Text>
          <Text fz={28} fw={700} lh={1.2} c={key !== "open" && data[key] > 0 ? "red" : undefined}>
            {data[key]}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

function Cases({ state, whose, only }: { state: "open" | "closed"; whose: string; only?: string }) {
  const { t, i18n } = useTranslation("escalations");
  const list = usePage<Escalation>("/escalations", { state, only, mine: whose === "mine" ? true : undefined, assignee: whose === "nobody" ? "nobody" : undefined }, { refetchInterval: 15_000 });
  const columns: Column<Escalation>[] = [
    {
      key: "case",
      label: t("case"),
      render: (item) => (
        <Stack gap={2} maw={460}>
          <Group gap="xs">
            <Anchor component={Link} to={`/escalations/${item.id}`} fw={600}>
              {item.account_name ?? `#${item.account_id}`}
            </Anchor>
            <Badge size="sm" color={priorities[item.priority] ?? "gray"} variant={item.priority === "urgent" ? "filled" : "light"}>
              {t(`priority.${item.priority}`)}
            </Badge>
          </Group>
          <Text size="sm">{item.title}</Text>
          <Text size="sm" c="dimmed">
            {whyNow(t, item.cause, item.title, i18n.language)}
          </Text>
        </Stack>
      ),
    },
    { key: "health", label: t("health"), render: (item) => (item.health_band ? <BandBadge band={item.health_band} score={item.health_score} /> : "–") },
    {
      key: "status",
      label: t("status_title"),
      render: (item) => (
        <Group gap={6} justify="inherit">
          <StateBadge tone={tones[item.status]}>{t(`status.${item.status}`)}</StateBadge>
          {item.is_overdue && <StateBadge tone="bad">{t("late")}</StateBadge>}
        </Group>
      ),
    },
    { key: "assignee", label: t("assignee"), render: (item) => (
        <Text size="sm" c={item.assignee ? undefined : "dimmed"} style={{ whiteSpace: "nowrap" }}>
          {item.assignee ?? t("unassigned", { queue: item.queue })}
        </Text>
      ) },
    state === "open"
      ? { key: "waits", label: t("waits"), render: (item) => <When at={item.opened_at} relative /> }
      : { key: "outcome", label: t("outcome_title"), render: (item) => outcomeWord(t, item.outcome ?? "") },
    state === "open"
      ? { key: "due", label: t("due"), render: (item) => <When at={item.acknowledged_at ? item.resolve_by : (item.acknowledge_by ?? item.resolve_by)} relative /> }
      : { key: "closed", label: t("closed_at"), render: (item) => <When at={item.closed_at} relative /> },
  ];
  return (
    <DataList
      list={list}
      columns={columns}
      rowKey={(item) => item.id}
      label={t("title")}
      empty={state === "open" ? <Empty title={t("empty")}>{t("empty_text")}</Empty> : <Empty title={t("empty_closed")} />}
    />
  );
}
