import { useTranslation } from "react-i18next";
import { StateBadge, type Tone } from "@/components/StateBadge";
import type { Registration, Session } from "./types";

const tones: Record<Session["state"] | Registration["state"], Tone> = {
  planned: "waiting",
  over: "quiet",
  cancelled: "bad",
  registered: "good",
  waiting: "caution",
  attended: "good",
  missed: "quiet",
};

export function State({ of }: { of: Session["state"] | Registration["state"] }) {
  const { t } = useTranslation("sessions");
  return <StateBadge tone={tones[of]}>{t(`state.${of}`)}</StateBadge>;
}
