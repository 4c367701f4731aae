import { Stack, Text } from "@mantine/core";
import { IconBuilding } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFilters } from "@/components/filters";
import { LinkTo } from "@/components/LinkTo";
import { PageHeader } from "@/components/PageHeader";
import { SearchBox } from "@/components/SearchBox";
import { BandBadge } from "@/components/StateBadge";
import { Uncovered } from "@/components/Uncovered";
import { When } from "@/components/When";
import { nameOf, type Account } from "./account";

export default function AccountsPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useFilters();
  const query = filter("query");
  const list = usePage<Account>("/accounts", { query });
  return (
    <>
      <PageHeader title={t("accounts.title")} description={t("accounts.about")} />
      <Stack>
        <Uncovered mine />
        <SearchBox value={query ?? ""} onChange={(text) => setFilter({ query: text })} label={t("accounts.search")} />
        <DataList
          list={list}
          label={t("accounts.title")}
          rowKey={(account) => account.id}
          empty={
            query ? (
              <Empty icon={IconBuilding} title={t("common.nothing_found")}>
                {t("accounts.nothing_found")}
              </Empty>
            ) : (
              <Empty icon={IconBuilding} title={t("accounts.none")}>
                {t("accounts.none_text")}
              </Empty>
            )
          }
          columns={[
            {
              key: "name",
              label: t("accounts.name"),
              render: (account) => (
                <Stack gap={0}>
                  <LinkTo to={`/accounts/${account.id}`} fw={600}>
                    {nameOf(account)}
                  </LinkTo>
                  {account.name && (
                    <Text size="sm" c="dimmed">
                      {account.external_id}
                    </Text>
                  )}
                </Stack>
              ),
            },
            { key: "health", label: t("accounts.health"), render: (account) => (account.health_band ? <BandBadge band={account.health_band} score={account.health_score} /> : <Text span c="dimmed">–</Text>) },
            { key: "tier", label: t("accounts.tier"), render: (account) => (account.tier ? t(`common.tier.${account.tier}`, { defaultValue: account.tier }) : "–") },
            { key: "stage", label: t("accounts.stage"), render: (account) => (account.stage ? t(`common.stage.${account.stage}`, { defaultValue: account.stage }) : "–") },
            { key: "owner", label: t("accounts.owner"), render: (account) => account.owner ?? "–" },
            { key: "since", label: t("accounts.known_since"), isWide: true, render: (account) => <When at={account.created_at} relative /> },
          ]}
        />
      </Stack>
    </>
  );
}
