import { Group, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { Loading } from "@/components/Loading";
import { Problem } from "@/components/Problem";
import { Section } from "@/components/Section";
import { BandBadge } from "@/components/StateBadge";
import { formatDay } from "@/components/times";
import { When } from "@/components/When";
import type { Health } from "./account";
import { HealthChart } from "./HealthChart";

const colours: Record<string, string> = { healthy: "teal", watch: "yellow", at_risk: "red", unknown: "gray" };

/** The health score, what it is made of, and how it went. */
export function HealthSection({ id }: { id: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const found = useApi<Health>(`/accounts/${id}/health`, undefined, { enabled: can("health.read"), retry: false });
  if (!can("health.read")) return null;
  const isNotSetUp = found.error?.status === 404;
  return (
    <Section title={t("accounts.health")}>
      {found.isPending && <Loading rows={3} />}
      {found.error && !isNotSetUp && <Problem error={found.error} />}
      {isNotSetUp && (
        <Text size="sm" c="dimmed">
          {t("accounts.no_health")}
        </Text>
      )}
      {found.data && <Shown health={found.data} />}
    </Section>
  );
}

function Shown({ health }: { health: Health }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  const colour = colours[health.band] ?? "gray";
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <Group gap="sm" align="baseline">
          <Text fz={36} fw={700} lh={1}>
            {health.score === null ? "–" : number.format(health.score)}
          </Text>
          <BandBadge band={health.band} />
        </Group>
        {health.band_since && (
          <Text size="xs" c="dimmed">
            {t("accounts.band_since", { day: formatDay(health.band_since, i18n.language) })}
          </Text>
        )}
      </Group>
      {health.history.length > 1 && <HealthChart history={health.history} />}
      <Stack gap="xs">
        {health.parts.map((part) => (
          <div key={part.id}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm">{part.title ?? part.id}</Text>
              <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                {part.is_present && part.points !== null ? t("accounts.points", { points: number.format(part.points) }) : t("accounts.no_data")}
              </Text>
            </Group>
            <Tooltip label={t("accounts.weight", { weight: part.weight })}>
              <Progress value={part.is_present ? (part.points ?? 0) : 0} color={colour} size="sm" aria-label={part.title ?? part.id} />
            </Tooltip>
          </div>
        ))}
      </Stack>
      {health.caps.map((cap) => (
        <Text key={cap.because} size="xs" c="dimmed">
          {t("accounts.capped", { max: cap.max, because: cap.because })}
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        {t("accounts.coverage", { share: new Intl.NumberFormat(i18n.language, { style: "percent" }).format(health.coverage) })}
        {health.next_change_at && (
          <>
            {" · "}
            {t("accounts.next_change")} <When at={health.next_change_at} relative />
          </>
        )}
      </Text>
    </Stack>
  );
}
