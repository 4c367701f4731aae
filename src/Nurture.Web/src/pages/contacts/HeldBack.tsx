import { Alert, Group, Text } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { formatDay } from "@/components/times";
import { useRefresh } from "@/components/refresh";
import type { Hold } from "../accounts/account";
import type { Contact } from "./contact";

/** Mail to a person without an account waits; of all others their account's page says so. */
export function HeldBack({ contact, hold }: { contact: Contact; hold: Hold }) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const refresh = useRefresh();
  return (
    <Alert mb="md" color="yellow" icon={<IconHandStop aria-hidden />} title={t("accounts.on_hold")}>
      <Group justify="space-between" gap="sm">
        <Text size="sm">{t("accounts.hold_text", { until: formatDay(hold.until, i18n.language), because: hold.because })}</Text>
        {can("holds.write") && (
          <ConfirmButton
            variant="default"
            color="cyan"
            size="xs"
            question={t("accounts.release_question")}
            consequence={t("contacts.release_consequence")}
            act={t("accounts.release")}
            onConfirm={async () => {
              await api.delete(`/contacts/${contact.id}/hold`);
              refresh(`/contacts/${contact.id}`);
            }}
          >
            {t("accounts.release")}
          </ConfirmButton>
        )}
      </Group>
    </Alert>
  );
}
