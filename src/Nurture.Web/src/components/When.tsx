import { Text, Tooltip, type TextProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNow } from "@/api/clock";
import { formatInstant, formatRelative, type Instant } from "./times";

interface Props extends TextProps {
  at: Instant | null | undefined;
  /** "3 days ago" with the instant on hover, rather than the instant itself. */
  relative?: boolean;
  /** Shown where there is no instant. */
  empty?: string;
}

/** An instant, in the viewer's zone and on the business clock. */
export function When({ at, relative = false, empty = "–", ...text }: Props) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (at === null || at === undefined)
    return (
      <Text span inherit c="dimmed" {...text}>
        {empty}
      </Text>
    );
  const exact = formatInstant(at, i18n.language);
  const near = relative ? (formatRelative(at, now, i18n.language) ?? t("common.just_now")) : exact;
  return (
    <Tooltip label={relative ? exact : (formatRelative(at, now, i18n.language) ?? t("common.just_now"))}>
      <Text span inherit {...text}>
        <time dateTime={new Date(at).toISOString()} style={{ whiteSpace: "nowrap" }}>
          {near}
        </time>
      </Text>
    </Tooltip>
  );
}
