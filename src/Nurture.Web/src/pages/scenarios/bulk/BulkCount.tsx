import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { SubjectLink } from "../SubjectLink";
import { starts, type Bulk } from "./types";

/** What would come of it: how many, by reason, and a few of them by name. */
export function BulkCount({ bulk }: { bulk: Bulk }) {
  const { t, i18n } = useTranslation();
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  return (
    <Stack gap={4} role="status">
      <Text size="sm">{t("bulk.chosen", { chosen: number(bulk.chosen), looked: number(bulk.looked) })}</Text>
      <Reasons reasons={bulk.would} />
      {starts.includes(bulk.act) && bulk.held_out > 0 && <Text size="sm">{t("bulk.held_out", { number: number(bulk.held_out) })}</Text>}
      {starts.includes(bulk.act) && bulk.unreachable > 0 && <Text size="sm">{t("bulk.unreachable", { number: number(bulk.unreachable) })}</Text>}
      {bulk.unknown > 0 && <Text size="sm">{t("bulk.unknown", { number: number(bulk.unknown) })}</Text>}
      {bulk.sample.length > 0 && (
        <details>
          <summary>{t("bulk.sample")}</summary>
          <Stack gap={2} mt={4}>
            {bulk.sample.map((one) => (
              <Text key={one.subject} size="sm" component="div">
                <SubjectLink subject={one.subject} name={one.name} /> · {t(`bulk.reason.${one.reason}`, { defaultValue: one.reason })}
              </Text>
            ))}
          </Stack>
        </details>
      )}
    </Stack>
  );
}

export function Reasons({ reasons }: { reasons: Bulk["would"] }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {reasons.map((one) => (
        <Text key={one.reason} size="sm">
          {t(`bulk.reason.${one.reason}`, { defaultValue: one.reason })}: <b>{new Intl.NumberFormat(i18n.language).format(one.count)}</b>
        </Text>
      ))}
    </>
  );
}
