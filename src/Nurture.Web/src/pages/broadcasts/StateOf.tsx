import { useTranslation } from "react-i18next";
import { StateBadge, type Tone } from "@/components/StateBadge";
import type { Broadcast } from "./types";

const tones: Record<Broadcast["state"], Tone> = { draft: "quiet", preparing: "busy", scheduled: "waiting", sending: "busy", sent: "good", missed: "bad", stopped: "caution" };

export function StateOf({ broadcast }: { broadcast: Broadcast }) {
  const { t } = useTranslation();
  return <StateBadge tone={tones[broadcast.state]}>{t(`broadcasts.state.${broadcast.state}`)}</StateBadge>;
}
