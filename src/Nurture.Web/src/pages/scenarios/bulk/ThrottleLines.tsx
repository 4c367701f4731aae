import { Alert, Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { formatInstant } from "@/components/times";
import { lengthWords } from "../flow/sentences";

interface Line {
  row: string | null;
  step: string | null;
  pace: string | null;
  waiting: number;
  next_at: string | null;
  ends_at: string | null;
}

/** Who waits at throttled mails or to enter, and until when; nothing where nobody does. */
export function ThrottleLines({ name }: { name: string }) {
  const { t, i18n } = useTranslation();
  const { data } = useApi<ApiPage<Line>>(`/scenarios/${name}/throttles`, undefined, { refetchInterval: 15_000, retry: false });
  const waiting = (data?.items ?? []).filter((line) => line.waiting > 0);
  if (waiting.length === 0) return null;
  return (
    <Alert color="blue" icon={<IconHourglass aria-hidden />} title={t("bulk.in_line")}>
      {waiting.map((line) => (
        <Text key={`${line.row ?? ""}/${line.step ?? ""}`} size="sm">
          {line.row ? `${line.row}: ` : ""}
          {t(line.step ? "bulk.in_line_at" : line.pace ? "bulk.entering_spread" : "bulk.entering_later", { step: line.step, pace: line.pace && !line.step ? lengthWords(line.pace, i18n.language, t) : line.pace, waiting: new Intl.NumberFormat(i18n.language).format(line.waiting), end: line.ends_at ? formatInstant(line.ends_at, i18n.language) : "" })}
        </Text>
      ))}
    </Alert>
  );
}
