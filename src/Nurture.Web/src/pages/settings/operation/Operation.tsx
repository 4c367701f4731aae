import { Alert, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconDatabaseImport } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge, type Tone } from "@/components/StateBadge";
import { formatInstant, formatLength } from "@/components/times";

interface Count {
  count: number;
  is_more: boolean;
}

interface OperationNow {
  at: string;
  intake: { taken_last_minute: number };
  loop: { unread: Count; event_lag_seconds: number; due_lag_seconds: number };
  outbox: {
    planned: Count;
    claimed: number;
    handed: number;
    lag_seconds: number;
    sent_last_minute: number;
    not_sent_last_minute: number;
    rests_seconds: number;
    stopped: { by: string; at: string; restored: { recognized_at: string } | null } | null;
  };
  parked: number;
  nodes: { node: string; lanes: number; lease_seconds: number; is_this: boolean }[];
  unheld: number[];
  storage: { kind: "sqlite" | "postgres"; bytes: number; free_bytes: number | null };
}

// Seconds: what is decided takes milliseconds, and mail leaves within seconds.
const slow = 10;
const stuck = 60;

const toneOf = (seconds: number): Tone => (seconds < slow ? "good" : seconds < stuck ? "caution" : "bad");

/** How it runs at this moment; left open, it keeps itself up to date. */
export default function Operation() {
  const { t } = useTranslation("settings");
  const found = useApi<OperationNow>("/operation", undefined, { refetchInterval: 5_000 });
  return (
    <>
      <PageHeader title={t("operation.title")} description={t("operation.about")} back={{ to: "/settings", label: t("title") }} />
      {found.error && <Problem error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Loading rows={6} />}
      {found.data && <Shown now={found.data} />}
    </>
  );
}

function Shown({ now: { intake, loop, outbox, parked, nodes, unheld, storage, at } }: { now: OperationNow }) {
  const { t, i18n } = useTranslation("settings");
  const number = new Intl.NumberFormat(i18n.language);
  const shown = ({ count, is_more }: Count) => (is_more ? `${number.format(count)}+` : number.format(count));
  const lag = (seconds: number) => <Lag seconds={seconds} />;
  return (
    <Stack maw={980}>
      {outbox.stopped && (
        <Alert color="red" icon={<IconDatabaseImport aria-hidden />} title={t("sending.stopped")}>
          <LinkTo to="/settings/sending">{t(outbox.stopped.restored ? "operation.restored" : "operation.see_sending")}</LinkTo>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Part title={t("operation.intake")}>
          <Line label={t("operation.taken")}>{number.format(intake.taken_last_minute)}</Line>
          <Line label={t("operation.unread")}>{shown(loop.unread)}</Line>
          <Line label={t("operation.event_lag")}>{lag(loop.event_lag_seconds)}</Line>
        </Part>
        <Part title={t("operation.decisions")}>
          <Line label={t("operation.due_lag")}>{lag(loop.due_lag_seconds)}</Line>
          <Line label={t("operation.standing_still")}>
            {parked === 0 ? <StateBadge tone="good">{t("operation.none")}</StateBadge> : <LinkTo to="/overview/attention">{number.format(parked)}</LinkTo>}
          </Line>
        </Part>
        <Part title={t("operation.mail")}>
          <Line label={t("operation.planned")}>{shown(outbox.planned)}</Line>
          <Line label={t("operation.under_way")}>{number.format(outbox.claimed + outbox.handed)}</Line>
          <Line label={t("operation.mail_lag")}>{lag(outbox.lag_seconds)}</Line>
          <Line label={t("operation.sent")}>{number.format(outbox.sent_last_minute)}</Line>
          <Line label={t("operation.not_sent")}>{number.format(outbox.not_sent_last_minute)}</Line>
          {outbox.rests_seconds > 0 && (
            <Text size="sm" c="red">
              {t("sending.rests")}
            </Text>
          )}
        </Part>
        <Part title={t("operation.storage")}>
          <Line label={t("operation.kind")}>{storage.kind === "sqlite" ? "SQLite" : "PostgreSQL"}</Line>
          <Line label={t("operation.taken_space")}>{bytes(storage.bytes, i18n.language)}</Line>
          <Line label={t("operation.free_space")}>{storage.free_bytes === null ? t("operation.elsewhere") : bytes(storage.free_bytes, i18n.language)}</Line>
        </Part>
      </SimpleGrid>
      <Card>
        <Title order={2} mb="sm">
          {t("operation.nodes")}
        </Title>
        <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: "none" }}>
          {nodes.map(({ node, lanes, lease_seconds, is_this }) => (
            <Group key={node} component="li" justify="space-between" gap="xs">
              <div style={{ minWidth: 0 }}>
                <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
                  {node}
                </Text>
                <Text size="xs" c="dimmed">
                  {t("operation.share", { count: lanes })}
                  {is_this && ` · ${t("operation.this")}`}
                </Text>
              </div>
              <StateBadge tone={lease_seconds > 0 ? "good" : "bad"}>
                {lease_seconds > 0 ? t("operation.lease", { length: formatLength(lease_seconds, i18n.language) }) : t("operation.lease_over", { length: formatLength(-lease_seconds, i18n.language) })}
              </StateBadge>
            </Group>
          ))}
        </Stack>
        {unheld.length > 0 && (
          <Text size="sm" c="red" mt="sm">
            {t("operation.unheld", { count: unheld.length })}
          </Text>
        )}
      </Card>
      <Text size="xs" c="dimmed">
        {t("operation.at", { at: formatInstant(at, i18n.language) })}
      </Text>
    </Stack>
  );
}

function Lag({ seconds }: { seconds: number }) {
  const { t, i18n } = useTranslation("settings");
  return <StateBadge tone={toneOf(seconds)}>{seconds < 1 ? t("operation.no_lag") : formatLength(seconds, i18n.language)}</StateBadge>;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card>
      <Title order={2} mb="sm">
        {title}
      </Title>
      <Stack component="dl" gap="xs" m={0}>
        {children}
      </Stack>
    </Card>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      <Text component="dt" size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="dd" size="sm" fw={600} m={0} ta="right">
        {children}
      </Text>
    </Group>
  );
}

function bytes(count: number, language: string): string {
  const [unit, size] = count < 1e9 ? (["megabyte", 1e6] as const) : (["gigabyte", 1e9] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(count / size);
}
