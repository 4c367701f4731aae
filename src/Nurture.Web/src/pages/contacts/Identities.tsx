import { Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { LinkTo } from "@/components/LinkTo";
import { say } from "@/components/notify";
import { useRefresh } from "@/components/refresh";
import { Section } from "@/components/Section";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import type { Contact } from "./contact";

/** By what a person is known, why that is theirs, and parting a browser that is not. */
export function Identities({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const can = useCan();
  const refresh = useRefresh();
  const path = `/contacts/${contact.id}`;
  const identities = contact.identities ?? [];
  const evidence = contact.evidence ?? [];
  const merges = evidence.filter((link) => link.how === "merged" || link.undone_at !== null);
  const part = async (link: number) => {
    await api.delete(`${path}/links/${link}`);
    say(t("contacts.parted"));
    refresh(path);
  };
  return (
    <Section title={t("contacts.identities")}>
      {identities.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("contacts.no_identities")}
        </Text>
      )}
      <Stack gap="sm">
        {identities.map((identity) => {
          const because = evidence.findLast((link) => link.kind === identity.kind && link.value === identity.value && link.undone_at === null);
          const mail = because?.message_id?.startsWith("send:") ? because.message_id.slice("send:".length) : null;
          return (
            <Group key={`${identity.kind}:${identity.value}`} justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
              <Stack gap={2} style={{ minWidth: 0 }}>
                <Text size="xs" c="dimmed">
                  {t(`contacts.identity.${identity.kind}`, { defaultValue: identity.kind })} · <When at={identity.linked_at} />
                </Text>
                <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                  {identity.value}
                </Text>
                {because?.how === "mail link" ? (
                  <Group gap={6}>
                    <StateBadge tone="caution">{t("contacts.weak")}</StateBadge>
                    <Text size="xs" c="dimmed">
                      {mail ? <LinkTo to={`/mail/sends/${mail}`}>{t("contacts.how.mail_link")}</LinkTo> : t("contacts.how.mail_link")}
                    </Text>
                  </Group>
                ) : (
                  because?.message_id && (
                    <Text size="xs" c="dimmed" component="div">
                      {t(because.how === "repointed" ? "contacts.how.repointed" : "contacts.evidence_message")} <Code>{because.message_id}</Code>
                    </Text>
                  )
                )}
              </Stack>
              {because && identity.kind === "anonymous" && can("contacts.write") && (
                <ConfirmButton
                  size="compact-xs"
                  variant="default"
                  question={t("contacts.part_question")}
                  consequence={t("contacts.part_consequence")}
                  act={t("contacts.part")}
                  onConfirm={() => part(because.id)}
                >
                  {t("contacts.part")}
                </ConfirmButton>
              )}
            </Group>
          );
        })}
        {merges.map((link) => (
          <Group key={link.id} gap={4}>
            <Text size="xs" component="div">
              {link.undone_at !== null ? t("contacts.was_parted", { value: link.value }) : t("contacts.how.merged", { value: link.value })} <When at={link.undone_at ?? link.at} c="dimmed" />
            </Text>
            {link.other_contact_id && (
              <LinkTo to={`/contacts/${link.other_contact_id}`} size="xs">
                #{link.other_contact_id}
              </LinkTo>
            )}
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
