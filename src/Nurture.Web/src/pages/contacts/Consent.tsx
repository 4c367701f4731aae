import { Alert, Button, Group, Menu, Stack, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { Facts } from "@/components/Facts";
import { say, sayFailed } from "@/components/notify";
import { useRefresh } from "@/components/refresh";
import { Section } from "@/components/Section";
import { When } from "@/components/When";
import type { Contact } from "./contact";

const bases = ["opt_in", "relationship", "published"] as const;

/** What the person allows and what they want no more, and how to record it by hand. */
export function ConsentSection({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const can = useCan();
  const refresh = useRefresh();
  const path = `/contacts/${contact.id}`;
  const refusals = Object.entries(contact.refusals);
  const tell = async (what: "consent" | "refusals", body: object) => {
    await api.post(`${path}/${what}`, body);
    say(t("contacts.recorded"));
    refresh(path);
  };
  const attempt = (act: Promise<void>) => void act.catch(sayFailed);

  return (
    <Section title={t("contacts.consent")}>
      <Stack gap="sm">
        {contact.suppression && (
          <Alert color="red" title={t("contacts.blocked")}>
            <Text size="sm">
              {t(`contacts.block_reason.${contact.suppression.reason}`, { defaultValue: contact.suppression.reason })}
              {contact.suppression.note && ` – ${contact.suppression.note}`}
            </Text>
            <Text size="xs">
              <When at={contact.suppression.at} />
            </Text>
          </Alert>
        )}
        <Facts
          facts={[
            [t("contacts.basis"), t(`contacts.bases.${contact.basis}`, { defaultValue: contact.basis })],
            [
              t("contacts.refusals"),
              refusals.length === 0
                ? t("common.none")
                : refusals.map(([topic, at]) => (
                    <Group key={topic} gap="xs" justify="space-between" wrap="nowrap">
                      <Text size="sm" component="div">
                        {topic === "*" ? t("contacts.refuses_all") : topic} <When at={at} c="dimmed" />
                      </Text>
                      {can("contacts.write") && (
                        <ConfirmButton
                          size="compact-xs"
                          variant="default"
                          color="cyan"
                          question={t("contacts.resubscribe_question")}
                          consequence={t("contacts.resubscribe_consequence")}
                          act={t("contacts.resubscribe")}
                          onConfirm={() => tell("refusals", { topic, is_refused: false })}
                        >
                          {t("contacts.resubscribe")}
                        </ConfirmButton>
                      )}
                    </Group>
                  )),
            ],
          ]}
        />
        {can("contacts.write") && (
          <Group gap="xs">
            <Menu>
              <Menu.Target>
                <Button size="compact-sm" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
                  {t("contacts.record_consent")}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {bases.map((basis) => (
                  <Menu.Item key={basis} onClick={() => attempt(tell("consent", { basis }))}>
                    {t(`contacts.bases.${basis}`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            {!contact.refusals["*"] && (
              <ConfirmButton
                size="compact-sm"
                variant="default"
                question={t("contacts.unsubscribe_question")}
                consequence={t("contacts.unsubscribe_consequence")}
                act={t("contacts.unsubscribe")}
                onConfirm={() => tell("refusals", { topic: "*", is_refused: true })}
              >
                {t("contacts.unsubscribe")}
              </ConfirmButton>
            )}
          </Group>
        )}
      </Stack>
    </Section>
  );
}
