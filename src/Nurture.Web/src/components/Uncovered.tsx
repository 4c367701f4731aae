import { Alert, Text } from "@mantine/core";
import { IconUserQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { LinkTo } from "@/components/LinkTo";
import { formatInstant } from "@/components/times";

interface Gap {
  scenario: string;
  title: string | null;
  asks_for: string | null;
  account_id: number;
  account_name: string | null;
  times: number;
  first_at: string;
}

const most = 10;

/** Accounts of which triggers found nobody to enter: of a scenario, of one account, or of the reader's own; nothing where there are none. */
export function Uncovered({ scenario, account, mine }: { scenario?: string; account?: number; mine?: boolean }) {
  const { t, i18n } = useTranslation();
  const { data } = useApi<ApiPage<Gap>>("/coverage", { scenario, account, mine }, { refetchInterval: 60_000, retry: false });
  const gaps = data?.items ?? [];
  if (gaps.length === 0) return null;
  const times = gaps.reduce((sum, gap) => sum + gap.times, 0);
  return (
    <Alert color="yellow" icon={<IconUserQuestion aria-hidden />} title={t(mine ? "common.uncovered_mine" : "common.uncovered", { accounts: new Set(gaps.map((gap) => gap.account_id)).size, times })}>
      {gaps.slice(0, most).map((gap) => (
        <Text key={`${gap.scenario} ${gap.account_id}`} size="sm">
          {!account && <LinkTo to={`/accounts/${gap.account_id}`}>{gap.account_name ?? `#${gap.account_id}`}</LinkTo>}
          {!account && !scenario && ": "}
          {!scenario && <LinkTo to={`/scenarios/${gap.scenario}`}>{gap.title ?? gap.scenario}</LinkTo>}
          {` ${t(gap.asks_for ? "common.uncovered_role" : "common.uncovered_times", { role: gap.asks_for, times: gap.times, since: formatInstant(gap.first_at, i18n.language) })}`}
        </Text>
      ))}
      {gaps.length > most && <Text size="sm">{t("common.uncovered_more", { count: gaps.length - most })}</Text>}
    </Alert>
  );
}
