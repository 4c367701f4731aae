import { Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LinkTo } from "@/components/LinkTo";
import { Section } from "@/components/Section";
import { When } from "@/components/When";
import type { Contact } from "./contact";

/** By what a person is known, and why that is theirs. */
export function Identities({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const identities = contact.identities ?? [];
  const merges = (contact.evidence ?? []).filter((link) => link.how !== "attached");
  return (
    <Section title={t("contacts.identities")}>
      {identities.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("contacts.no_identities")}
        </Text>
      )}
      <Stack gap="sm">
        {identities.map((identity) => {
          const evidence = contact.evidence?.findLast((link) => link.kind === identity.kind && link.value === identity.value);
          return (
            <Stack key={`${identity.kind}:${identity.value}`} gap={2}>
              <Text size="xs" c="dimmed">
                {t(`contacts.identity.${identity.kind}`, { defaultValue: identity.kind })} · <When at={identity.linked_at} />
              </Text>
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                {identity.value}
              </Text>
              {evidence?.message_id && (
                <Text size="xs" c="dimmed" component="div">
                  {t("contacts.evidence_message")} <Code>{evidence.message_id}</Code>
                </Text>
              )}
            </Stack>
          );
        })}
        {merges.map((link) => (
          <Group key={`${link.how}:${link.value}:${link.at}`} gap={4}>
            <Text size="xs" component="div">
              {t(`contacts.how.${link.how}`, { value: link.value, defaultValue: link.how })} <When at={link.at} c="dimmed" />
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
