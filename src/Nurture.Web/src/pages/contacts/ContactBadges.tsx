import { useTranslation } from "react-i18next";
import { StateBadge } from "@/components/StateBadge";
import type { Contact } from "./contact";

/** What keeps mail from a person, in a word each. */
export function ContactBadges({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  if (contact.status === "erased") return <StateBadge tone="quiet">{t("contacts.erased")}</StateBadge>;
  const isBlocked = contact.suppression !== undefined || contact.is_blocked === true;
  return (
    <>
      {contact.is_internal && <StateBadge tone="quiet">{t("contacts.internal")}</StateBadge>}
      {contact.status === "left" && <StateBadge tone="quiet">{t("contacts.left")}</StateBadge>}
      {contact.refusals["*"] && <StateBadge tone="caution">{t("contacts.unsubscribed")}</StateBadge>}
      {isBlocked && <StateBadge tone="bad">{t("contacts.blocked")}</StateBadge>}
      {contact.status === "active" && !contact.refusals["*"] && !isBlocked && <StateBadge tone="good">{t("contacts.active")}</StateBadge>}
    </>
  );
}
