import { Button, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useApi } from "@/api/hooks";
import { Problem } from "@/components/Problem";
import type { Count } from "./types";

/** Counts who would receive it: a walk over all contacts, with its progress, that can be ended. */
export function AudienceCount({ condition, sendClass, topic, onCounted }: { condition: string; sendClass: string; topic: string; onCounted?: (matching: number | null) => void }) {
  const { t, i18n } = useTranslation();
  const asked = JSON.stringify([condition, sendClass, topic]);
  const [counted, setCounted] = useState<{ id: string; asked: string } | null>(null);
  const begin = useMutation<Count, ApiError>({
    mutationFn: () => api.post<Count>("/counts", { condition, class: sendClass, topic }),
    onSuccess: (count) => setCounted({ id: count.id, asked }),
  });
  const { data: count, error } = useApi<Count>(`/counts/${counted?.id}`, undefined, {
    enabled: counted !== null,
    refetchInterval: (query) => (query.state.data && query.state.data.state !== "counting" ? false : 400),
  });
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const isStale = counted !== null && counted.asked !== asked;
  const matching = count?.state === "done" && !isStale ? count.matching : null;
  useEffect(() => onCounted?.(matching), [matching, onCounted]);
  const isCounting = count?.state === "counting";

  return (
    <Stack gap="sm">
      <Group>
        <Button variant="light" leftSection={<IconUsers size={16} aria-hidden />} loading={begin.isPending || isCounting} onClick={() => begin.mutate()} data-testid="count">
          {t(count ? "broadcasts.count_again" : "broadcasts.count")}
        </Button>
        {isCounting && (
          <Button variant="default" onClick={() => void api.delete(`/counts/${count.id}`)}>
            {t("common.cancel")}
          </Button>
        )}
      </Group>
      {(begin.error ?? error) && <Problem error={begin.error ?? error} />}
      {count && (
        <Stack gap="xs" role="status" aria-live="polite" style={isStale ? { opacity: 0.5 } : undefined}>
          {isCounting && <Progress value={count.subjects === 0 ? 0 : (100 * count.asked) / count.subjects} aria-label={t("broadcasts.counting", { asked: number(count.asked), subjects: number(count.subjects) })} />}
          <SimpleGrid cols={2} maw={420}>
            <Number label={t("broadcasts.matching")} value={number(count.matching)} />
            <Number label={t("broadcasts.reachable")} value={number(count.reachable)} />
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            {isStale ? t("broadcasts.stale") : t(`broadcasts.count_${count.state}`, { asked: number(count.asked), subjects: number(count.subjects) })}
          </Text>
          {count.unknown > 0 && <Text size="sm">{t("broadcasts.unknown", { count: count.unknown })}</Text>}
          <Text size="sm" c="dimmed">
            {t("broadcasts.reachable_text")}
          </Text>
        </Stack>
      )}
    </Stack>
  );
}

function Number({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fz="xl" fw={600}>
        {value}
      </Text>
    </div>
  );
}
