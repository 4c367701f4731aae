import { Card, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import {
  IconAlertTriangle,
  IconArrowRoundaboutRight,
  IconBolt,
  IconVolumeOff,
  IconCalendarClock,
  IconCircleCheck,
  IconDatabaseImport,
  IconDoorEnter,
  IconFlag,
  IconHandStop,
  IconHourglass,
  IconInboxOff,
  IconMail,
  IconMailExclamation,
  IconMailOff,
  IconMailQuestion,
  IconPlayerPause,
  IconProgress,
  IconTrafficCone,
  IconUrgent,
  IconChevronRight,
  type Icon,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { formatInstant } from "@/components/times";
import { When } from "@/components/When";
import classes from "./overview.module.css";

interface Count {
  count: number;
  is_more: boolean;
}

interface Overview {
  now: string;
  day: string;
  since: string;
  zone: string;
  today: { sends: Record<string, number>; entered: number; goals_reached: number; completed: number };
  waiting: { enrolled: Count; sends: Count; next_mail: string | null; next_due: string | null; unread_events: number };
  attention: {
    parked: number;
    unclear: number;
    bounced: number;
    failed: number;
    refused: number;
    overdue_since: string | null;
    sending_stopped: { by: string; at: string; restored: unknown } | null;
    paused: { name: string; title: string }[];
    calls?: { id: number; kind: "volume_tripped" | "source_silent"; about: string; title: string; at: string; detail: Record<string, string> }[];
    preparing: { scenario: string; version: number; asked: number | null; subjects: number | null }[];
  };
}

export default function OverviewPage() {
  const { t, i18n } = useTranslation();
  const found = useApi<Overview>("/overview", undefined, { refetchInterval: 15_000 });
  if (found.error && !found.data)
    return (
      <>
        <PageHeader title={t("overview.title")} />
        <Problem error={found.error} retry={() => void found.refetch()} />
      </>
    );
  if (!found.data) return <Loading rows={8} />;

  const { today, waiting, attention, day, since, zone, now } = found.data;
  const number = new Intl.NumberFormat(i18n.language);
  const shown = ({ count, is_more }: Count) => (is_more ? `${number.format(count)}+` : number.format(count));
  const date = new Intl.DateTimeFormat(i18n.language, { dateStyle: "full", timeZone: zone }).format(new Date(now));
  const sends = (standing: string) => ({ standing, since: day, customers: "true" });
  return (
    <>
      <PageHeader title={t("overview.title")} description={t("overview.today_is", { date, zone })} />
      <Stack gap="xl">
        <Attention attention={attention} since={since} day={day} />
        <Part title={t("overview.today")}>
          <Tile icon={IconDoorEnter} label={t("overview.entered")} value={number.format(today.entered)} to="/overview/turns" search={{ reason: "entered", since: day }} />
          <Tile icon={IconMail} label={t("overview.sent")} value={number.format(today.sends.sent ?? 0)} to="/mail/sends" search={sends("sent")} />
          <Tile icon={IconFlag} label={t("overview.goals_reached")} value={number.format(today.goals_reached)} to="/overview/turns" search={{ reason: "goal_reached", since: day }} tone="teal" />
          <Tile icon={IconCircleCheck} label={t("overview.completed")} value={number.format(today.completed)} to="/overview/turns" search={{ reason: "completed", since: day }} />
          <Tile icon={IconMailOff} label={t("overview.not_sent")} value={number.format(today.sends.not_sent ?? 0)} to="/mail/sends" search={sends("not_sent")} />
          <Tile icon={IconMailExclamation} label={t("overview.bounced")} value={number.format(today.sends.bounced ?? 0)} to="/mail/sends" search={sends("bounced")} tone={today.sends.bounced ? "red" : undefined} />
        </Part>
        <Part title={t("overview.waiting")}>
          <Tile icon={IconArrowRoundaboutRight} label={t("overview.enrolled")} value={shown(waiting.enrolled)} to="/scenarios" />
          <Tile icon={IconCalendarClock} label={t("overview.scheduled")} value={shown(waiting.sends)} to="/mail/sends" search={{ standing: "scheduled" }}>
            {waiting.next_mail && (
              <>
                {t("overview.next_mail")} <When at={waiting.next_mail} relative />
              </>
            )}
          </Tile>
          <Tile
            icon={IconHourglass}
            label={t("overview.next_due")}
            value={waiting.next_due ? <When at={waiting.next_due} relative /> : t("overview.nothing_due")}
            isText
          >
            {waiting.next_due && formatInstant(waiting.next_due, i18n.language)}
          </Tile>
        </Part>
      </Stack>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} mb="sm">
        {title}
      </Title>
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing={{ base: "sm", sm: "md" }}>
        {children}
      </SimpleGrid>
    </section>
  );
}

interface TileProps {
  icon: Icon;
  label: string;
  value: ReactNode;
  /** Where what was counted is listed. */
  to?: string;
  search?: Record<string, string>;
  tone?: string;
  /** The value is words, not a number. */
  isText?: boolean;
  children?: ReactNode;
}

function Tile({ icon: TileIcon, label, value, to, search, tone = "cyan", isText = false, children }: TileProps) {
  const content = (
    <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
      <Stack gap={2} style={{ minWidth: 0 }}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Text fz={isText ? 20 : 30} fw={700} lh={1.2} component="div">
          {value}
        </Text>
        {children && (
          <Text size="xs" c="dimmed" component="div">
            {children}
          </Text>
        )}
      </Stack>
      <ThemeIcon variant="light" color={tone} radius="md" size={34} visibleFrom="xs" aria-hidden>
        <TileIcon size={20} stroke={1.6} />
      </ThemeIcon>
    </Group>
  );
  if (!to)
    return (
      <Card padding="md" h="100%">
        {content}
      </Card>
    );
  return (
    <Card padding="md" h="100%" className={classes.tile} renderRoot={(root) => <Link to={to} search={search as never} {...root} />}>
      {content}
    </Card>
  );
}

interface Item {
  key: string;
  icon: Icon;
  colour: string;
  text: string;
  to: string;
  search?: Record<string, string>;
}

/** What somebody has to look at, the gravest first; or that there is nothing. */
function Attention({ attention, since, day }: { attention: Overview["attention"]; since: string; day: string }) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const escalations = useApi<ApiPage<unknown>>("/escalations", { state: "open", limit: 100 }, { enabled: can("escalations.read"), retry: false });
  const open = escalations.data?.items.length ?? 0;
  const items: Item[] = [];
  const add = (isThere: boolean, item: Item) => isThere && items.push(item);

  add(Boolean(attention.sending_stopped?.restored), { key: "restored", icon: IconDatabaseImport, colour: "red", text: t("overview.restored"), to: "/settings/sending" });
  add(attention.sending_stopped !== null && !attention.sending_stopped.restored, {
    key: "stopped",
    icon: IconHandStop,
    colour: "red",
    text: t("overview.sending_stopped", { by: attention.sending_stopped?.by, at: formatInstant(attention.sending_stopped?.at ?? 0, i18n.language) }),
    to: "/mail/sends",
    search: { standing: "scheduled" },
  });
  add(attention.overdue_since !== null, {
    key: "overdue",
    icon: IconTrafficCone,
    colour: "red",
    text: t("overview.overdue", { at: formatInstant(attention.overdue_since ?? 0, i18n.language) }),
    to: "/mail/sends",
    search: { standing: "scheduled" },
  });
  add(open > 0, { key: "escalations", icon: IconUrgent, colour: "orange", text: t(escalations.data?.next ? "overview.escalations_many" : "overview.escalations", { count: open }), to: "/escalations" });
  add(attention.parked > 0, { key: "stuck", icon: IconAlertTriangle, colour: "red", text: t("overview.stuck", { count: attention.parked }), to: "/overview/attention" });
  add(attention.unclear > 0, { key: "unclear", icon: IconMailQuestion, colour: "yellow", text: t("overview.unclear", { count: attention.unclear }), to: "/mail/sends", search: { standing: "unclear", since } });
  add(attention.failed > 0, { key: "failed", icon: IconMailOff, colour: "orange", text: t("overview.failed", { count: attention.failed }), to: "/mail/sends", search: { standing: "not_sent", state: "failed", since } });
  add(attention.bounced > 0, { key: "bounced", icon: IconMailExclamation, colour: "orange", text: t("overview.bounced_week", { count: attention.bounced }), to: "/mail/sends", search: { standing: "bounced", since } });
  add(attention.refused > 0, { key: "refused", icon: IconInboxOff, colour: "orange", text: t("overview.refused", { count: attention.refused }), to: "/overview/refused", search: { since: day } });
  for (const call of attention.calls ?? []) {
    const what = t(`overview.volume_of.${call.detail["what"]}`, { defaultValue: "" });
    items.unshift({ key: `call-${call.id}`, icon: call.kind === "volume_tripped" ? IconBolt : IconVolumeOff, colour: "red", text: t(`overview.${call.kind}`, { ...call.detail, title: call.title, what }), to: call.kind === "volume_tripped" ? `/scenarios/${call.about}` : "/settings/sources" });
  }
  for (const { name, title } of attention.paused.filter((one) => !attention.calls?.some((call) => call.about === one.name)))
    items.push({ key: `paused-${name}`, icon: IconPlayerPause, colour: "yellow", text: t("overview.paused", { title }), to: `/scenarios/${name}` });
  for (const { scenario, version, asked, subjects } of attention.preparing)
    items.push({
      key: `preparing-${scenario}`,
      icon: IconProgress,
      colour: "blue",
      text: asked === null || !subjects ? t("overview.preparing", { scenario, version }) : t("overview.preparing_share", { scenario, version, share: Math.round((100 * asked) / subjects) }),
      to: `/scenarios/${scenario}`,
    });

  return (
    <section aria-label={t("overview.attention")}>
      <Title order={2} mb="sm">
        {t("overview.attention")}
      </Title>
      <Card padding={0}>
        {items.length === 0 ? (
          <Group p="md" gap="sm">
            <ThemeIcon variant="light" color="teal" radius="xl" aria-hidden>
              <IconCircleCheck size={18} />
            </ThemeIcon>
            <Text>{t("overview.all_well")}</Text>
          </Group>
        ) : (
          <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: "none" }}>
            {items.map(({ key, icon: ItemIcon, colour, text, to, search }) => (
              <li key={key} className={classes.item}>
                <Link to={to} search={search as never} className={classes.link}>
                  <ThemeIcon variant="light" color={colour} radius="xl" aria-hidden>
                    <ItemIcon size={18} stroke={1.8} />
                  </ThemeIcon>
                  <Text flex={1}>{text}</Text>
                  <IconChevronRight size={18} aria-hidden />
                </Link>
              </li>
            ))}
          </Stack>
        )}
      </Card>
    </section>
  );
}
