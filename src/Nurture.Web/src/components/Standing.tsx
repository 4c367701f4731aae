import { useTranslation } from "react-i18next";
import { StateBadge, type Tone } from "./StateBadge";

export const standings = ["scheduled", "retrying", "sending", "sent", "bounced", "unclear", "not_sent"] as const;

const tones: Record<string, Tone> = { scheduled: "waiting", retrying: "caution", sending: "busy", sent: "good", bounced: "bad", unclear: "caution", not_sent: "quiet" };

/** How a mail stands, in the words of the screens. */
export function StandingBadge({ standing }: { standing: string }) {
  const { t } = useTranslation();
  return <StateBadge tone={tones[standing] ?? "quiet"}>{t(`mail.standing.${standing}`)}</StateBadge>;
}
