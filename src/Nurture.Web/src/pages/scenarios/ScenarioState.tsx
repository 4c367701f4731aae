import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StateBadge } from "@/components/StateBadge";
import type { Scenario } from "./types";

/** Live, paused, preparing or only a draft; and whether somebody works on it. */
export function ScenarioState({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      {scenario.is_paused ? (
        <StateBadge tone="caution">{t("scenarios.state_paused")}</StateBadge>
      ) : scenario.live_version !== null ? (
        <StateBadge tone="good">{t("scenarios.state_live")}</StateBadge>
      ) : scenario.newest_version > 0 ? (
        <StateBadge tone="busy">{t("scenarios.state_preparing")}</StateBadge>
      ) : (
        <StateBadge tone="quiet">{t("scenarios.state_draft")}</StateBadge>
      )}
      {scenario.draft && scenario.newest_version > 0 && <StateBadge tone="waiting">{t("scenarios.has_draft")}</StateBadge>}
    </Group>
  );
}
