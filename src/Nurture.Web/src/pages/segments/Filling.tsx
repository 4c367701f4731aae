import { Alert, Progress, Stack } from "@mantine/core";
import { IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Preparation } from "./types";

/** How far a published version has been filled from history. */
export function Filling({ preparing }: { preparing: Preparation }) {
  const { t, i18n } = useTranslation();
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const isWalking = preparing.asked !== null && preparing.subjects !== null;
  return (
    <Alert icon={<IconLoader2 aria-hidden />} color="blue" title={t("segments.filling", { version: preparing.version })} role="status">
      <Stack gap="xs">
        {t("segments.filling_text")}
        {isWalking && <Progress value={preparing.subjects === 0 ? 100 : (100 * preparing.asked!) / preparing.subjects!} aria-label={t("segments.filled", { asked: number(preparing.asked!), subjects: number(preparing.subjects!) })} />}
        {isWalking && <span>{t("segments.filled", { asked: number(preparing.asked!), subjects: number(preparing.subjects!) })}</span>}
      </Stack>
    </Alert>
  );
}
