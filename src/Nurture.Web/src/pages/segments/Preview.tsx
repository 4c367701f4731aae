import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { LinkTo } from "@/components/LinkTo";
import { Problem } from "@/components/Problem";
import type { Count } from "../broadcasts/types";
import { pathOf, type Member } from "./types";

/** How many a condition is true of now, and some of them: a walk over all, that can be ended. */
export function Preview({ condition, of }: { condition: string; of: "contact" | "account" }) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const asked = JSON.stringify([condition, of]);
  const [counted, setCounted] = useState<{ id: string; asked: string; of: string } | null>(null);
  const begin = useMutation<Count, ApiError>({
    mutationFn: () => api.post<Count>("/counts", { condition, of, class: "service" }),
    onSuccess: (count) => setCounted({ id: count.id, asked, of }),
  });
  const polling = { enabled: counted !== null };
  const { data: count, error } = useApi<Count>(`/counts/${counted?.id}`, undefined, { ...polling, refetchInterval: (query) => (query.state.data && query.state.data.state !== "counting" ? false : 400) });
  const { data: sample, error: unsampled } = useApi<{ items: Member[] }>(`/counts/${counted?.id}/sample`, { state: count?.state }, { enabled: counted !== null && count !== undefined && can("contacts.read") });
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const isStale = counted !== null && counted.asked !== asked;
  const isCounting = count?.state === "counting";
  const failed = begin.error ?? error ?? unsampled;
  return (
    <Stack gap="sm">
      <Group>
        <Button variant="light" leftSection={<IconUsers size={16} aria-hidden />} loading={begin.isPending || isCounting} disabled={condition.trim() === "" || condition.trim() === "listed"} onClick={() => begin.mutate()} data-testid="preview">
          {t("segments.preview")}
        </Button>
        {isCounting && (
          <Button variant="default" onClick={() => void api.delete(`/counts/${count.id}`)}>
            {t("common.cancel")}
          </Button>
        )}
      </Group>
      {failed && <Problem error={failed} />}
      {count && (
        <Stack gap="xs" role="status" aria-live="polite" style={isStale ? { opacity: 0.5 } : undefined}>
          {isCounting && <Progress value={count.subjects === 0 ? 0 : (100 * count.asked) / count.subjects} aria-label={t("segments.preview")} />}
          <Group gap="xs" align="baseline">
            <Text fz="xl" fw={600}>
              {number(count.matching)}
            </Text>
            <Text size="sm">{t(counted?.of === "account" ? "segments.matching_accounts" : "segments.matching_contacts")}</Text>
          </Group>
          <Text size="sm" c="dimmed">
            {isStale ? t("segments.stale") : t(`broadcasts.count_${count.state}`, { asked: number(count.asked), subjects: number(count.subjects) })}
          </Text>
          {count.unknown > 0 && <Text size="sm">{t("segments.unknown", { count: count.unknown })}</Text>}
          {sample && sample.items.length > 0 && (
            <Stack gap={2}>
              <Text size="sm" fw={600}>
                {t("segments.sample")}
              </Text>
              {sample.items.map((member) => (
                <LinkTo key={member.subject} to={pathOf(member.subject)} size="sm">
                  {member.name ?? member.email ?? member.subject}
                </LinkTo>
              ))}
            </Stack>
          )}
        </Stack>
      )}
    </Stack>
  );
}
