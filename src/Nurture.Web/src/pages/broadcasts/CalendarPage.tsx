import { ActionIcon, Anchor, Badge, Box, Group, Paper, SimpleGrid, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconCalendarTime, IconChevronLeft, IconChevronRight, IconClock, IconMail, type Icon } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import type { Calendar, CalendarEntry } from "./types";

const kinds: Record<CalendarEntry["kind"], { icon: Icon; color: string }> = {
  planned: { icon: IconMail, color: "cyan" },
  scheduled: { icon: IconCalendarTime, color: "violet" },
  waiting: { icon: IconClock, color: "gray" },
};

/** The day of an instant on the clock of a zone, `2026-12-01`. */
function dayOf(at: string | number, zone: string): string {
  return new Intl.DateTimeFormat("sv", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(at));
}

function plus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** What leaves this week, by day and hour of the company's clock. */
export default function CalendarPage() {
  const { t, i18n } = useTranslation();
  const [from, setFrom] = useState<string | null>(null);
  const { data, error, refetch } = useApi<Calendar>("/calendar", { from, days: 7 }, { refetchInterval: 60_000, placeholderData: (before) => before });
  if (error && !data)
    return (
      <>
        <PageHeader title={t("broadcasts.calendar")} back={{ to: "/broadcasts", label: t("broadcasts.title") }} />
        <Problem error={error} retry={() => void refetch()} />
      </>
    );
  if (!data) return <Loading rows={10} />;
  const first = dayOf(data.from, data.zone);
  const today = dayOf(data.now, data.zone);
  const days = Array.from({ length: 7 }, (_, n) => plus(first, n));
  const most = Math.max(1, ...data.entries.map((entry) => entry.count ?? 0));
  const range = `${dayWords(first, i18n.language)} – ${dayWords(days[6]!, i18n.language)}`;
  return (
    <>
      <PageHeader title={t("broadcasts.calendar")} back={{ to: "/broadcasts", label: t("broadcasts.title") }} description={t("broadcasts.calendar_text", { zone: data.zone })} />
      <Group mb="md" justify="space-between">
        <Group gap="xs">
          <Tooltip label={t("broadcasts.week_before")}>
            <ActionIcon variant="default" size="lg" aria-label={t("broadcasts.week_before")} onClick={() => setFrom(plus(first, -7))} disabled={first <= today}>
              <IconChevronLeft size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Text fw={600} aria-live="polite">
            {range}
          </Text>
          <Tooltip label={t("broadcasts.week_after")}>
            <ActionIcon variant="default" size="lg" aria-label={t("broadcasts.week_after")} onClick={() => setFrom(plus(first, 7))}>
              <IconChevronRight size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
        <Group gap="md">
          {(Object.keys(kinds) as CalendarEntry["kind"][]).map((kind) => {
            const KindIcon = kinds[kind].icon;
            return (
              <Tooltip key={kind} label={t(`broadcasts.kind_${kind}_text`)} multiline maw={280}>
                <Badge color={kinds[kind].color} leftSection={<KindIcon size={12} aria-hidden />}>
                  {t(`broadcasts.kind_${kind}`)}
                </Badge>
              </Tooltip>
            );
          })}
        </Group>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, sm: 3, md: 4, lg: 7 }} spacing="xs">
        {days.map((day) => (
          <Day key={day} day={day} isToday={day === today} entries={data.entries.filter((entry) => dayOf(entry.hour, data.zone) === day)} zone={data.zone} most={most} />
        ))}
      </SimpleGrid>
    </>
  );
}

function dayWords(day: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeZone: "UTC", month: "short", day: "numeric", weekday: "short" }).format(new Date(`${day}T00:00:00Z`));
}

interface DayProps {
  day: string;
  isToday: boolean;
  entries: CalendarEntry[];
  zone: string;
  most: number;
}

function Day({ day, isToday, entries, zone, most }: DayProps) {
  const { t, i18n } = useTranslation();
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const total = entries.reduce((sum, entry) => sum + (entry.count ?? 0), 0);
  const hour = (at: string) => new Intl.DateTimeFormat(i18n.language, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));
  return (
    <Paper p="sm" component="section" aria-label={dayWords(day, i18n.language)} style={isToday ? { borderColor: "var(--mantine-primary-color-filled)" } : undefined}>
      <Title order={3} fz="sm">
        {dayWords(day, i18n.language)}
      </Title>
      <Text size="xs" c="dimmed" mb="xs">
        {t("broadcasts.mails", { count: total, number: number(total) })}
      </Text>
      {entries.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("broadcasts.nothing_leaves")}
        </Text>
      )}
      <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {entries.map((entry) => {
          const { icon: KindIcon, color } = kinds[entry.kind];
          return (
            <li key={`${entry.hour}${entry.kind}${entry.scenario}${entry.template}`}>
              <Group gap={6} wrap="nowrap" align="flex-start">
                <KindIcon size={15} color={`var(--mantine-color-${color}-6)`} aria-label={t(`broadcasts.kind_${entry.kind}`)} style={{ flexShrink: 0, marginTop: 3 }} />
                <div style={{ minWidth: 0, flex: 1 }}>
                  <Group justify="space-between" gap={4} wrap="nowrap">
                    <Text size="xs" c="dimmed">
                      {hour(entry.hour)}
                    </Text>
                    {entry.count !== null && (
                      <Text size="xs" fw={600}>
                        {number(entry.count)}
                      </Text>
                    )}
                  </Group>
                  <Anchor component={Link} to={entry.scenario.startsWith("broadcast-") ? `/broadcasts/${entry.scenario}` : `/scenarios/${entry.scenario}`} size="sm" lineClamp={2}>
                    {entry.title}
                  </Anchor>
                  <Text size="xs" c="dimmed" truncate>
                    {entry.template}
                  </Text>
                  {entry.count !== null && <Box h={3} w={`${Math.max(4, (100 * entry.count) / most)}%`} bg={`${color}.5`} style={{ borderRadius: 2 }} aria-hidden />}
                </div>
              </Group>
            </li>
          );
        })}
      </Stack>
    </Paper>
  );
}
