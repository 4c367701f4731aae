import { Alert, Button, Code, Group, List, Stack, Text } from "@mantine/core";
import { IconClock, IconRocket } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useCan } from "@/api/me";
import { Problem } from "@/components/Problem";
import { say } from "@/components/notify";
import { Mistake } from "@/pages/scenarios/check/CheckDrawer";
import type { CheckedSegments, Estimate, Given } from "./types";

interface Props {
  given: Given;
  onPublished: () => Promise<unknown>;
  /** Leads to a line of the text; without it the lines are only named. */
  onJump?: (line: number, column: number) => void;
}

/** Checks, says what has to be filled from history and how long that takes, and publishes then. */
export function Publish({ given, onPublished, onJump }: Props) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const [reckoned, setReckoned] = useState<{ of: string; checked: CheckedSegments; estimate: Estimate | null } | null>(null);
  const asked = JSON.stringify(given);
  const reckon = useMutation<void, ApiError>({
    mutationFn: async () => {
      const checked = await api.post<CheckedSegments>("/files/segments/check", given);
      const estimate = checked.is_good ? await api.post<Estimate>("/files/segments/estimate", given) : null;
      setReckoned({ of: asked, checked, estimate });
    },
  });
  const publish = useMutation<void, ApiError>({
    mutationFn: async () => {
      await api.post("/files/segments/publish", given);
      await client.invalidateQueries({ predicate: (query) => /^\/(segments|files\/segments|vocabulary)/.test(String(query.queryKey[0])) });
      say(t("segments.published_done"));
      await onPublished();
    },
  });
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const known = reckoned?.of === asked ? reckoned : null;
  return (
    <Stack gap="sm">
      <Group>
        <Button variant={known?.estimate ? "default" : "filled"} leftSection={<IconClock size={16} aria-hidden />} loading={reckon.isPending} onClick={() => reckon.mutate()} data-testid="reckon">
          {t("segments.check")}
        </Button>
        {can("scenarios.publish") && (
          <Button leftSection={<IconRocket size={16} aria-hidden />} disabled={!known?.estimate} loading={publish.isPending} onClick={() => publish.mutate()} data-testid="publish">
            {t("segments.publish")}
          </Button>
        )}
      </Group>
      {reckon.error && <Problem error={reckon.error} />}
      {publish.error && <Problem error={publish.error} />}
      {known?.checked.diagnostics.map((mistake) => (
        <Stack key={`${mistake.code}${mistake.line}${mistake.column}${mistake.message}`} gap={2}>
          <Mistake diagnostic={mistake} onJump={() => onJump?.(mistake.line, mistake.column)} />
        </Stack>
      ))}
      {known?.estimate && (
        <Alert color={known.estimate.counts.length === 0 ? "teal" : "blue"} title={t(known.estimate.counts.length === 0 ? "segments.at_once" : "segments.filled_first")} role="status" data-testid="estimate">
          {known.estimate.counts.length === 0 ? (
            t("segments.at_once_text")
          ) : (
            <Stack gap="xs">
              <Text size="sm">
                {t(known.estimate.is_sampled ? "segments.estimate_sampled" : "segments.estimate", { subjects: number(known.estimate.subjects), events: number(known.estimate.events), time: lengthOf(known.estimate.seconds, t) })}
              </Text>
              <List size="sm">
                {known.estimate.counts.map((one) => (
                  <List.Item key={one}>
                    <Code>{one}</Code>
                  </List.Item>
                ))}
              </List>
              <Text size="sm">{t("segments.filled_first_text")}</Text>
            </Stack>
          )}
        </Alert>
      )}
    </Stack>
  );
}

function lengthOf(seconds: number, t: (key: string, values: { count: number }) => string): string {
  if (seconds < 60) return t("segments.seconds", { count: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return t("segments.minutes", { count: Math.round(seconds / 60) });
  return t("segments.hours", { count: Math.round(seconds / 3600) });
}
