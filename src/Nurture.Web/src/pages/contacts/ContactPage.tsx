import { Alert, Badge, Box, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { Empty } from "@/components/Empty";
import { Facts } from "@/components/Facts";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { useParam } from "@/components/params";
import { Section } from "@/components/Section";
import { Timeline } from "@/components/Timeline";
import { Unreachable } from "@/components/Unreachable";
import { When } from "@/components/When";
import { Attributes } from "./Attributes";
import { nameOf, type Contact } from "./contact";
import { ContactActions } from "./ContactActions";
import { ContactBadges } from "./ContactBadges";
import { ConsentSection } from "./Consent";
import { Enrollments } from "./Enrollments";
import { HeldBack } from "./HeldBack";
import { Identities } from "./Identities";
import classes from "./subject.module.css";
import { Why } from "./Why";

export default function ContactPage() {
  const { t, i18n } = useTranslation();
  const id = useParam("id");
  const found = useApi<Contact>(`/contacts/${id}`, { locale: i18n.language });
  const back = { to: "/contacts", label: t("contacts.title") };
  if (found.error) return <Unreachable title={t("contacts.one")} back={back} error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading rows={10} />;

  const contact = found.data;
  if (contact.status === "erased")
    return (
      <>
        <PageHeader title={`#${contact.id}`} badges={<ContactBadges contact={contact} />} back={back} />
        <Empty title={t("contacts.erased_title")}>{t("contacts.erased_text")}</Empty>
      </>
    );
  const isMerged = String(contact.id) !== id;
  const accountName = contact.accounts?.find((account) => account.id === contact.account_id)?.name ?? `#${contact.account_id}`;
  return (
    <>
      <PageHeader
        title={nameOf(contact)}
        badges={<ContactBadges contact={contact} />}
        back={back}
        description={
          <Group gap="xs" component="span">
            {contact.name && contact.email && <span>{contact.email}</span>}
            {contact.account_id && <LinkTo to={`/accounts/${contact.account_id}`}>{accountName}</LinkTo>}
          </Group>
        }
        actions={<ContactActions contact={contact} />}
      />
      {isMerged && (
        <Alert mb="md" title={t("contacts.was_merged")}>
          {t("contacts.was_merged_text", { id })}
        </Alert>
      )}
      {contact.holds?.[0] && <HeldBack contact={contact} hold={contact.holds[0]} />}
      <Box className={classes.page}>
        <div className={classes.now}>
          <Why contactId={contact.id} />
          <Enrollments subject={contact.subject} path={`/contacts/${contact.id}`} enrollments={contact.enrollments ?? []} through={{ name: accountName, enrollments: contact.account_enrollments ?? [] }} />
        </div>
        <div className={classes.story}>
          <Section title={t("contacts.timeline.title")}>
            <Timeline path={`/contacts/${contact.id}/timeline`} subject={contact.subject} />
          </Section>
        </div>
        <div className={classes.profile}>
          <Section title={t("contacts.profile")}>
            <Facts
              facts={[
                [t("contacts.email"), contact.email],
                [
                  t("contacts.roles"),
                  contact.roles.length > 0 && (
                    <Group key="roles" gap={6}>
                      {contact.roles.map((role) => (
                        <Badge key={role} color="gray">
                          {t(`common.contact_role.${role}`, { defaultValue: role })}
                        </Badge>
                      ))}
                    </Group>
                  ),
                ],
                [t("contacts.locale"), contact.locale],
                [t("contacts.zone"), contact.zone],
                [t("contacts.last_active"), contact.last_active_at && <When key="active" at={contact.last_active_at} relative />],
                [t("contacts.known_since"), <When key="since" at={contact.created_at} />],
                [
                  t("contacts.memberships"),
                  (contact.accounts?.length ?? 0) > 1 && (
                    <Group key="accounts" gap="xs">
                      {contact.accounts?.map((account) => (
                        <LinkTo key={account.id} to={`/accounts/${account.id}`} size="sm">
                          {account.name ?? account.external_id}
                        </LinkTo>
                      ))}
                    </Group>
                  ),
                ],
              ]}
            />
          </Section>
          <ConsentSection contact={contact} />
          <Attributes path={`/contacts/${contact.id}`} attributes={contact.attributes} permission="contacts.write" />
          <Identities contact={contact} />
          <Text size="xs" c="dimmed">
            {t("contacts.number", { id: contact.id })}
          </Text>
        </div>
      </Box>
    </>
  );
}
