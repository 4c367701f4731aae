import { Group, Paper, Progress, Select, Stack, Table } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { actorName } from "@/components/actor";
import { DiffView } from "@/components/DiffView";
import { Loading } from "@/components/Loading";
import { Problem } from "@/components/Problem";
import { StateBadge, type Tone } from "@/components/StateBadge";
import { When } from "@/components/When";
import type { Scenario, Version, VersionText } from "./types";

const tones: Record<Version["state"], Tone> = { live: "good", preparing: "busy", retired: "quiet" };

export default function VersionsTab({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  const versions = scenario.versions ?? [];
  const [newer, setNewer] = useState(String(versions[0]?.version ?? 1));
  const [older, setOlder] = useState(String(versions[1]?.version ?? versions[0]?.version ?? 1));
  const choices = versions.map((version) => ({ value: String(version.version), label: t("scenarios.version_n", { number: version.version }) }));
  return (
    <Stack>
      <Paper>
        <Table.ScrollContainer minWidth={420}>
          <Table aria-label={t("scenarios.tab_versions")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("scenarios.version")}</Table.Th>
                <Table.Th>{t("scenarios.state")}</Table.Th>
                <Table.Th>{t("scenarios.published")}</Table.Th>
                <Table.Th>{t("scenarios.by")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {versions.map((version) => (
                <Table.Tr key={version.version}>
                  <Table.Td>{version.version}</Table.Td>
                  <Table.Td>
                    <StateBadge tone={tones[version.state]}>{t(`scenarios.version_${version.state}`)}</StateBadge>
                    <Preparing version={version} />
                  </Table.Td>
                  <Table.Td>
                    <When at={version.published_at} />
                  </Table.Td>
                  <Table.Td>{actorName(version.published_by, t)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      {versions.length > 1 && (
        <>
          <Group align="flex-end">
            <Select label={t("scenarios.compare")} data={choices} value={older} onChange={(value) => value && setOlder(value)} allowDeselect={false} w={150} />
            <Select label={t("scenarios.compare_with")} data={choices} value={newer} onChange={(value) => value && setNewer(value)} allowDeselect={false} w={150} />
          </Group>
          <Difference name={scenario.name} older={older} newer={newer} />
        </>
      )}
    </Stack>
  );
}

/** How far the filling of counters from history has come. */
export function Preparing({ version }: { version: Version }) {
  const { t } = useTranslation();
  if (version.state !== "preparing" || version.subjects === null || version.asked === null) return null;
  const share = version.subjects === 0 ? 100 : (100 * version.asked) / version.subjects;
  return <Progress value={share} mt={4} aria-label={t("scenarios.preparing_progress", { asked: version.asked, subjects: version.subjects })} />;
}

function Difference({ name, older, newer }: { name: string; older: string; newer: string }) {
  const before = useApi<VersionText>(`/scenarios/${name}/versions/${older}`);
  const after = useApi<VersionText>(`/scenarios/${name}/versions/${newer}`);
  if (before.error ?? after.error) return <Problem error={before.error ?? after.error} />;
  if (!before.data || !after.data) return <Loading />;
  return <DiffView before={before.data.text} after={after.data.text} />;
}
