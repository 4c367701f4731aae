import { Alert, Anchor, Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { formatInstant } from "@/components/times";

interface Refusal {
  account_id: number;
  account_name: string | null;
  title: string;
  taker: string;
  at: string;
}

const most = 10;

/** Cases that were not opened since their budget was used up; nothing where there are none. */
export function Refused() {
  const { t, i18n } = useTranslation("escalations");
  const { data } = useApi<ApiPage<Refusal>>("/escalations/not-opened", undefined, { refetchInterval: 60_000 });
  const refused = data?.items ?? [];
  if (refused.length === 0) return null;
  return (
    <Alert color="orange" icon={<IconHourglass aria-hidden />} title={t("refused", { count: refused.length })}>
      {refused.slice(0, most).map((one) => (
        <Text key={`${one.account_id} ${one.at}`} size="sm">
          <Anchor component={Link} to={`/accounts/${one.account_id}`} size="sm">
            {one.account_name ?? `#${one.account_id}`}
          </Anchor>
          {` ${t("refused_of", { title: one.title, taker: one.taker, at: formatInstant(one.at, i18n.language) })}`}
        </Text>
      ))}
      {refused.length > most && <Text size="sm">{t("refused_more", { count: refused.length - most })}</Text>}
    </Alert>
  );
}
