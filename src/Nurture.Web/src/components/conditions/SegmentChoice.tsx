import { Code, Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Vocabulary } from "@/pages/scenarios/types";

interface Props {
  name: string;
  onChange: (name: string) => void;
  segments: Vocabulary["segments"];
}

/** A segment by what people call it, with what it asks: nobody should mail a name alone. */
export function SegmentChoice({ name, onChange, segments }: Props) {
  const { t } = useTranslation();
  const chosen = segments.find((one) => one.name === name);
  // One that is gone is shown as it was written, so that its mistake has a place.
  const data = [...segments.map((one) => ({ value: one.name, label: one.title })), ...(chosen || name === "" ? [] : [{ value: name, label: name }])];
  return (
    <Stack gap={4}>
      <Select label={t("broadcasts.segment")} description={chosen?.of === "account" ? t("broadcasts.segment_of_accounts") : undefined} searchable w={360} maw="100%" data={data} value={name || null} onChange={(next) => next && onChange(next)} nothingFoundMessage={t("common.nothing_found")} />
      {chosen?.about && <Text size="sm">{chosen.about}</Text>}
      {chosen && (
        <Text size="sm" c="dimmed">
          {t("broadcasts.segment_is")} <Code>{chosen.is}</Code>
        </Text>
      )}
    </Stack>
  );
}
