import { Anchor, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { ScenarioState } from "./ScenarioState";
import type { Scenario } from "./types";

export default function ListPage() {
  const { t } = useTranslation();
  const can = useCan();
  const [query, setQuery] = useState("");
  const [asked] = useDebouncedValue(query, 250);
  const list = usePage<Scenario>("/scenarios", { query: asked }, { refetchInterval: 10_000 });
  const add = can("scenarios.write") && (
    <Button component={Link} to="/scenarios/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t("scenarios.new")}
    </Button>
  );

  return (
    <>
      <PageHeader title={t("scenarios.title")} description={t("scenarios.about")} actions={add} />
      <TextInput
        mb="md"
        maw={360}
        value={query}
        onChange={(change) => setQuery(change.currentTarget.value)}
        placeholder={t("scenarios.find")}
        aria-label={t("scenarios.find")}
        leftSection={<IconSearch size={16} aria-hidden />}
      />
      <DataList
        list={list}
        label={t("scenarios.title")}
        rowKey={(scenario) => scenario.name}
        empty={
          asked ? (
            <Empty title={t("common.nothing_found")} />
          ) : (
            <Empty title={t("scenarios.none")}>
              <Stack align="center" gap="sm">
                {t("scenarios.none_text")}
                {add}
              </Stack>
            </Empty>
          )
        }
        columns={[
          { key: "name", label: t("scenarios.scenario"), render: (scenario) => <Name scenario={scenario} /> },
          { key: "state", label: t("scenarios.state"), render: (scenario) => <State scenario={scenario} /> },
          { key: "standing", label: t("scenarios.running"), align: "right", render: (scenario) => <Count scenario={scenario} count={scenario.activity.standing} show="people" /> },
          { key: "entered", label: t("scenarios.entered_today"), align: "right", render: (scenario) => <Count scenario={scenario} count={scenario.activity.entered} show="history" what="entered" /> },
          { key: "attention", label: t("scenarios.attention"), align: "right", render: (scenario) => <Attention scenario={scenario} /> },
        ]}
      />
    </>
  );
}

function Name({ scenario }: { scenario: Scenario }) {
  return (
    <div>
      <Anchor component={Link} to={scenario.newest_version > 0 ? `/scenarios/${scenario.name}` : `/scenarios/${scenario.name}/edit`} fw={600}>
        {scenario.title ?? scenario.name}
      </Anchor>
      <Text size="xs" c="dimmed">
        {[scenario.name, scenario.owner].filter(Boolean).join(" · ")}
      </Text>
    </div>
  );
}

function State({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2}>
      <ScenarioState scenario={scenario} />
      {scenario.is_paused && (
        <Text size="xs" c="dimmed">
          {t("scenarios.paused_by", { by: scenario.paused_by ?? "" })}
          {scenario.paused_because && `: ${scenario.paused_because}`}
        </Text>
      )}
    </Stack>
  );
}

interface CountProps {
  scenario: Scenario;
  count: number;
  show: string;
  what?: string;
}

function Count({ scenario, count, show, what }: CountProps) {
  const { t, i18n } = useTranslation();
  if (scenario.newest_version === 0) return <Text c="dimmed">–</Text>;
  return (
    <Anchor component={Link} to={`/scenarios/${scenario.name}`} search={{ show, what } as never} aria-label={`${scenario.title ?? scenario.name}: ${count} ${t(`scenarios.tab_${show}`)}`}>
      {new Intl.NumberFormat(i18n.language).format(count)}
    </Anchor>
  );
}

function Attention({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  const { parked, failed } = scenario.activity;
  if (parked + failed === 0) return <Text c="dimmed">–</Text>;
  return (
    <Group gap="xs" justify="flex-end">
      {parked > 0 && (
        <Anchor component={Link} to={`/scenarios/${scenario.name}`} search={{ show: "people", what: "stuck" } as never} c="red">
          {t("scenarios.stuck_count", { count: parked })}
        </Anchor>
      )}
      {failed > 0 && (
        <Anchor component={Link} to={`/scenarios/${scenario.name}`} search={{ show: "history", what: "failed" } as never} c="red">
          {t("scenarios.failed_count", { count: failed })}
        </Anchor>
      )}
    </Group>
  );
}
