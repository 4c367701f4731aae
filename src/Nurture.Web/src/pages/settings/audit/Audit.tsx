import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { actorName } from "@/components/actor";
import { DataList } from "@/components/DataList";
import { PageHeader } from "@/components/PageHeader";
import { When } from "@/components/When";

interface Act {
  id: number;
  at: string;
  actor: string;
  action: string;
  target: string;
  detail: Record<string, unknown>;
}

export default function Audit() {
  const { t, i18n } = useTranslation("settings");
  const list = usePage<Act>("/audit");
  const word = (action: string) => {
    const key = `audit.acts.${action.replace(".", "_")}`;
    return i18n.exists(key) ? t(key) : action;
  };
  return (
    <>
      <PageHeader title={t("audit.title")} description={t("audit.about")} back={{ to: "/settings", label: t("title") }} />
      <DataList
        list={list}
        label={t("audit.title")}
        rowKey={(row) => row.id}
        columns={[
          { key: "action", label: t("audit.what"), render: (row) => <Text fw={600}>{word(row.action)}</Text> },
          { key: "target", label: t("audit.target"), render: (row) => <Text size="sm">{shown(row.target)}</Text> },
          { key: "actor", label: t("audit.who"), render: (row) => actorName(row.actor, i18n.t) },
          {
            key: "detail",
            label: t("common.details"),
            isWide: true,
            render: (row) => (
              <Text size="sm" c="dimmed">
                {Object.entries(row.detail)
                  .filter(([, value]) => value !== null)
                  .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
                  .join(" · ")}
              </Text>
            ),
          },
          { key: "at", label: t("audit.when"), render: (row) => <When at={row.at} /> },
        ]}
      />
    </>
  );
}

/** A hash says nothing to a reader; its beginning tells two apart. */
function shown(target: string): string {
  return target.replace(/^(user|key|source|scenario):/, "").replace(/[0-9a-f]{32,}/, (hash) => `${hash.slice(0, 8)}…`);
}
