import { Code, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { DataList } from "@/components/DataList";
import { useFilters } from "@/components/filters";
import { PageHeader } from "@/components/PageHeader";
import { formatInstant } from "@/components/times";
import { When } from "@/components/When";

interface Refused {
  id: number;
  received_at: string;
  reason: string;
  detail: string;
  message_id: string | null;
  payload: string;
}

/** What came in and was not taken, with the reason. */
export default function RefusedPage() {
  const { t, i18n } = useTranslation();
  const [filter] = useFilters();
  const since = filter("since");
  const list = usePage<Refused>("/dead-letters", { since });
  return (
    <>
      <PageHeader
        title={t("overview.refused_title")}
        back={{ to: "/overview", label: t("overview.title") }}
        description={since ? t("overview.since", { at: formatInstant(since, i18n.language) }) : t("overview.refused_text")}
      />
      <DataList
        list={list}
        label={t("overview.refused_title")}
        rowKey={(refused) => refused.id}
        columns={[
          {
            key: "why",
            label: t("overview.why"),
            render: (refused) => (
              <Stack gap={2}>
                <Text size="sm" fw={500}>
                  {refused.detail}
                </Text>
                <Text size="xs" c="dimmed" ff="monospace">
                  {refused.reason}
                </Text>
              </Stack>
            ),
          },
          {
            key: "payload",
            label: t("overview.payload"),
            render: (refused) => (
              <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", maxHeight: 160, overflowY: "auto", textAlign: "left" }}>
                {refused.payload}
              </Code>
            ),
          },
          { key: "at", label: t("overview.at"), render: (refused) => <When at={refused.received_at} /> },
        ]}
      />
    </>
  );
}
