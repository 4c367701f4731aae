import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { DataList } from "@/components/DataList";
import { useFilters } from "@/components/filters";
import { LinkTo } from "@/components/LinkTo";
import { PageHeader } from "@/components/PageHeader";
import { Sentence } from "@/components/Sentence";
import { formatInstant } from "@/components/times";
import { When } from "@/components/When";

interface Turn {
  id: number;
  at: string;
  subject: string;
  name: string | null;
  email: string | null;
  scenario: string;
  scenario_title: string;
  reason: string;
  sentence: string;
}

const titles: Record<string, string> = { entered: "overview.entered", goal_reached: "overview.goals_reached", completed: "overview.completed" };

/** Who entered, reached a goal or came to an end: the list behind a number of the overview. */
export default function TurnsPage() {
  const { t, i18n } = useTranslation();
  const [filter] = useFilters();
  const reason = filter("reason") ?? "entered";
  const since = filter("since");
  const list = usePage<Turn>("/turns", { reason, since, locale: i18n.language });
  return (
    <>
      <PageHeader
        title={t(titles[reason] ?? "overview.entered")}
        back={{ to: "/overview", label: t("overview.title") }}
        description={since && t("overview.since", { at: formatInstant(since, i18n.language) })}
      />
      <DataList
        list={list}
        label={t(titles[reason] ?? "overview.entered")}
        rowKey={(turn) => turn.id}
        columns={[
          {
            key: "who",
            label: t("overview.who"),
            render: (turn) => (
              <Stack gap={0}>
                <LinkTo to={`/${turn.subject.split(":")[0]}s/${turn.subject.split(":")[1]}`} fw={600}>
                  {turn.name ?? turn.email ?? turn.subject}
                </LinkTo>
                {turn.name && turn.email && (
                  <Text size="sm" c="dimmed">
                    {turn.email}
                  </Text>
                )}
              </Stack>
            ),
          },
          { key: "scenario", label: t("overview.scenario"), render: (turn) => <LinkTo to={`/scenarios/${turn.scenario}`}>{turn.scenario_title}</LinkTo> },
          { key: "what", label: t("overview.what"), isWide: true, render: (turn) => <Sentence text={turn.sentence} /> },
          { key: "at", label: t("overview.at"), render: (turn) => <When at={turn.at} /> },
        ]}
      />
    </>
  );
}
