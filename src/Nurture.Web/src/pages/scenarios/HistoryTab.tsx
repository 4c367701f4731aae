import { SegmentedControl, Stack, ScrollArea, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { When } from "@/components/When";
import { SubjectLink } from "./SubjectLink";

interface Decision {
  id: number;
  at: string;
  reason: string;
  sentence: string;
  subject: string;
  name: string | null;
  step: string | null;
  version: number;
}

const kinds = ["all", "entered", "not_entered", "mailed", "failed", "ended"] as const;

/** What was decided in a scenario, the newest first. */
export default function HistoryTab({ name, what, onWhat }: { name: string; what: string; onWhat: (what: string) => void }) {
  const { t, i18n } = useTranslation();
  const shown = kinds.includes(what as never) ? what : "all";
  const list = usePage<Decision>(`/scenarios/${name}/history`, { what: shown, locale: i18n.language }, { refetchInterval: 15_000 });
  return (
    <Stack>
      <ScrollArea type="never">
        <SegmentedControl value={shown} onChange={onWhat} aria-label={t("scenarios.history_of")} data={kinds.map((kind) => ({ value: kind, label: t(`scenarios.what_${kind}`) }))} />
      </ScrollArea>
      <DataList
        list={list}
        label={t("scenarios.tab_history")}
        rowKey={(decision) => decision.id}
        empty={<Empty title={t("scenarios.no_history")} />}
        columns={[
          { key: "at", label: t("scenarios.at"), render: (decision) => <When at={decision.at} /> },
          { key: "who", label: t("scenarios.who"), render: (decision) => <SubjectLink subject={decision.subject} name={decision.name} /> },
          {
            key: "sentence",
            label: t("scenarios.what_happened"),
            render: (decision) => (
              <>
                {decision.sentence}
                <Text size="xs" c="dimmed">
                  {decision.reason}
                </Text>
              </>
            ),
          },
        ]}
      />
    </Stack>
  );
}
