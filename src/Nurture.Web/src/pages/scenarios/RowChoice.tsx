import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { familyOf, type Scenario } from "./types";

/** Which row of a scenario with rows is looked at, or all of them. */
export function RowChoice({ scenario, onRow }: { scenario: Scenario; onRow: (name: string) => void }) {
  const { t, i18n } = useTranslation();
  if (!scenario.rows) return null;
  const family = familyOf(scenario.name);
  const number = new Intl.NumberFormat(i18n.language);
  const all = t("scenarios.all_rows", { number: number.format(scenario.rows.length) });
  return (
    <Select
      maw={420}
      mb="md"
      label={t("scenarios.row")}
      description={t("scenarios.row_text")}
      allowDeselect={false}
      searchable
      value={scenario.name}
      onChange={(name) => name && onRow(name)}
      data={[{ value: family, label: all }, ...scenario.rows.map((row) => ({ value: row.name, label: row.standing > 0 ? `${row.title} (${number.format(row.standing)})` : row.title }))]}
    />
  );
}
