import { Badge, Button, Group, Popover, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconClockPlay } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useNow } from "@/api/clock";
import { useMe } from "@/api/me";
import { Problem } from "@/components/Problem";
import { formatInstant, formatLength } from "@/components/times";

interface Clock {
  now: string;
  offset_seconds: number;
  due_moments: number | null;
}

const steps = [
  ["hour", "1h"],
  ["day", "1d"],
  ["three_days", "3d"],
  ["week", "7d"],
  ["month", "30d"],
] as const;

/** The business clock, in development mode: seen by everybody on every page, and moved here. */
export function ClockBadge() {
  return useMe().is_development ? <DevelopmentClock /> : null;
}

function DevelopmentClock() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const now = useNow(1_000);
  const [length, setLength] = useState("");
  const clock = useQuery({ queryKey: ["/dev/clock"], queryFn: () => api.get<Clock>("/dev/clock") });
  const advance = useMutation<Clock, ApiError, string>({
    mutationFn: (by) => api.post<Clock>("/dev/clock/advance", undefined, { by }),
    // Whatever is on the screen may have changed.
    onSuccess: () => queries.invalidateQueries(),
  });
  const ahead = clock.data?.offset_seconds ?? 0;

  return (
    <Popover width={320} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <UnstyledButton aria-label={`${t("common.clock.title")}: ${formatInstant(now, i18n.language)}`}>
          <Badge
            size="lg"
            color={ahead > 1 ? "orange" : "gray"}
            leftSection={<IconClockPlay size={16} aria-hidden />}
            style={{ cursor: "pointer", fontVariantNumeric: "tabular-nums" }}
          >
            {formatInstant(now, i18n.language)}
          </Badge>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text fw={600}>{t("common.clock.title")}</Text>
          <Text size="sm" c="dimmed">
            {t("common.clock.explain")}
          </Text>
          <Text size="sm">{ahead > 1 ? t("common.clock.ahead", { by: formatLength(ahead, i18n.language) }) : t("common.clock.in_step")}</Text>
          <Text size="sm" fw={600}>
            {t("common.clock.move")}
          </Text>
          <Group gap="xs">
            {steps.map(([word, by]) => (
              <Button key={by} size="compact-sm" variant="light" disabled={advance.isPending} onClick={() => advance.mutate(by)}>
                {t(`common.clock.${word}`)}
              </Button>
            ))}
          </Group>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (length) advance.mutate(length);
            }}
          >
            <Group gap="xs" align="flex-end" wrap="nowrap">
              <TextInput size="xs" style={{ flex: 1 }} label={t("common.clock.custom")} value={length} onChange={(event) => setLength(event.currentTarget.value)} />
              <Button size="xs" type="submit" loading={advance.isPending}>
                {t("common.clock.go")}
              </Button>
            </Group>
          </form>
          <Text size="sm" role="status" aria-live="polite">
            {advance.isPending ? t("common.clock.moving") : advance.data ? t("common.clock.moved", { count: advance.data.due_moments ?? 0 }) : ""}
          </Text>
          {advance.error && <Problem error={advance.error} />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
