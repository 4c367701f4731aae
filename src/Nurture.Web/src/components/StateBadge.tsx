import { Badge, type BadgeProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

export type Tone = "good" | "busy" | "waiting" | "caution" | "bad" | "quiet";

const colours: Record<Tone, string> = { good: "teal", busy: "blue", waiting: "indigo", caution: "yellow", bad: "red", quiet: "gray" };

interface Props extends Omit<BadgeProps, "color"> {
  tone: Tone;
  children: string;
}

/** A state in a word and a colour that means the same on every page. */
export function StateBadge({ tone, children, ...badge }: Props) {
  return (
    <Badge color={colours[tone]} style={{ flexShrink: 0, minWidth: "max-content" }} {...badge}>
      {children}
    </Badge>
  );
}

const bands: Record<string, Tone> = { healthy: "good", watch: "caution", at_risk: "bad", unknown: "quiet" };

export function BandBadge({ band, score }: { band: string; score?: number | null }) {
  const { t } = useTranslation();
  const word = t(`common.band.${band}`);
  return <StateBadge tone={bands[band] ?? "quiet"}>{score === null || score === undefined ? word : `${Math.round(score)} · ${word}`}</StateBadge>;
}

const sends: Record<string, Tone> = {
  planned: "waiting",
  claimed: "busy",
  handed: "busy",
  sent: "good",
  failed: "bad",
  bounced: "bad",
  uncertain: "caution",
  skipped: "quiet",
  expired: "quiet",
  cancelled: "quiet",
};

export function SendBadge({ state }: { state: string }) {
  const { t } = useTranslation();
  return <StateBadge tone={sends[state] ?? "quiet"}>{t(`common.send.${state}`)}</StateBadge>;
}
