import { Alert, Group, Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useApi, usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { api, type ApiPage } from "@/api/client";
import { ConfirmButton } from "@/components/Confirm";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { Uncovered } from "@/components/Uncovered";
import { When } from "@/components/When";
import { useQueryClient } from "@tanstack/react-query";
import { BulkSection } from "./bulk/BulkSection";
import { ThrottleLines } from "./bulk/ThrottleLines";
import { SubjectTests } from "./subjects/SubjectTests";
import { stepWords } from "./flow/sentences";
import { SubjectLink } from "./SubjectLink";
import { allSteps, type Scenario } from "./types";

interface Standing {
  enrollment_id: string;
  subject: string;
  name: string | null;
  version: number;
  step: string;
  since: string;
  entered_at: string;
  row: string | null;
}

interface Stuck {
  subject: string;
  name: string | null;
  at: string;
  step: string | null;
  error: string;
}

/** Who is in a scenario now, on all steps or on one. */
export default function PeopleTab({ scenario, step, onStep }: { scenario: Scenario; step: string | null; onStep: (step: string | null) => void }) {
  const { t, i18n } = useTranslation();
  const steps = allSteps(scenario.flow?.steps ?? []);
  const list = usePage<Standing>(`/scenarios/${scenario.name}/standing`, { step }, { refetchInterval: 15_000 });
  const words = (id: string) => {
    const found = steps.find((one) => one.id === id);
    return found ? stepWords(found, i18n.language, t).title : id;
  };
  const held = [...new Set((scenario.steps ?? []).map((count) => count.step))];
  return (
    <Stack>
      <StuckList scenario={scenario} />
      <ThrottleLines name={scenario.name} />
      <SubjectTests name={scenario.name} />
      <Uncovered scenario={scenario.name} />
      <BulkSection scenario={scenario} />
      <Select
        maw={420}
        label={t("scenarios.standing_on")}
        placeholder={t("scenarios.any_step")}
        clearable
        value={step}
        onChange={onStep}
        data={[...new Set([...steps.map((one) => one.id), ...held])].map((id) => ({ value: id, label: words(id) }))}
      />
      <DataList
        list={list}
        label={t("scenarios.tab_people")}
        rowKey={(one) => one.enrollment_id}
        empty={<Empty title={t(step ? "scenarios.nobody_on_step" : "scenarios.nobody")}>{!step && t("scenarios.nobody_text")}</Empty>}
        columns={[
          { key: "name", label: t("scenarios.who"), render: (one) => <SubjectLink subject={one.subject} name={one.name} /> },
          ...(scenario.rows ? [{ key: "row", label: t("scenarios.row"), render: (one: Standing) => scenario.rows?.find((row) => row.name.endsWith(`:${one.row}`))?.title ?? one.row }] : []),
          { key: "step", label: t("scenarios.stands_on"), render: (one) => words(one.step) },
          { key: "since", label: t("scenarios.since"), render: (one) => <When at={one.since} relative /> },
          { key: "entered", label: t("scenarios.in_since"), render: (one) => <When at={one.entered_at} /> },
          { key: "version", label: t("scenarios.version"), align: "right", render: (one) => one.version },
        ]}
      />
    </Stack>
  );
}

function StuckList({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const { data } = useApi<ApiPage<Stuck>>(`/scenarios/${scenario.name}/parked`, undefined, { enabled: can("parked.read") });
  if (!data || data.items.length === 0) return null;
  return (
    <Alert color="red" title={t("scenarios.stuck", { count: data.items.length })}>
      <Stack gap="xs">
        <Text size="sm">{t("scenarios.stuck_text")}</Text>
        {data.items.map((one) => (
          <Group key={one.subject} justify="space-between" gap="xs">
            <div style={{ minWidth: 0 }}>
              <SubjectLink subject={one.subject} name={one.name} />
              <Text size="xs" c="dimmed">
                {one.step && `${one.step}: `}
                {one.error.split("\n")[0]}
              </Text>
            </div>
            {can("parked.resume") && (
              <ConfirmButton
                size="compact-sm"
                variant="default"
                color="cyan"
                question={t("scenarios.take_up_question")}
                consequence={t("scenarios.take_up_text")}
                act={t("scenarios.take_up")}
                onConfirm={async () => {
                  await api.post(`/parked/${one.subject}/resume`);
                  await client.invalidateQueries({ queryKey: [`/scenarios/${scenario.name}/parked`] });
                }}
              >
                {t("scenarios.take_up")}
              </ConfirmButton>
            )}
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
