import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { When } from "@/components/When";
import type { Hold } from "./types";

/** Accounts whose automatic mail waits. */
export function Holds() {
  const { t } = useTranslation("escalations");
  const list = usePage<Hold>("/holds");
  return (
    <DataList
      list={list}
      rowKey={(hold) => `${hold.account} ${hold.source}`}
      label={t("on_hold")}
      columns={[
        {
          key: "account",
          label: t("account"),
          render: (hold) => (
            <Anchor component={Link} to={`/accounts/${hold.account.split(":")[1]}`} fw={600}>
              {hold.account_name ?? hold.account}
            </Anchor>
          ),
        },
        { key: "because", label: t("because"), render: (hold) => hold.because },
        {
          key: "by",
          label: t("assignee"),
          render: (hold) => {
            const [kind, ...rest] = hold.source.split(":");
            return kind === "escalation" ? (
              <Anchor component={Link} to={`/escalations/${rest.join(":")}`}>
                {t("held_by.escalation")}
              </Anchor>
            ) : kind === "event" || kind === "reply" ? (
              t(`held_by.${kind}`)
            ) : (
              t("held_by.user", { by: rest.join(":") })
            );
          },
        },
        { key: "until", label: t("until"), render: (hold) => <When at={hold.until} /> },
      ]}
      empty={<Empty title={t("no_holds")}>{t("no_holds_text")}</Empty>}
    />
  );
}
