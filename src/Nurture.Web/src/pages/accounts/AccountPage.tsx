import { Alert, Badge, Box, Group, Stack, Text } from "@mantine/core";
import { IconHandStop, IconUrgent } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { Facts } from "@/components/Facts";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { say } from "@/components/notify";
import { PageHeader } from "@/components/PageHeader";
import { useParam } from "@/components/params";
import { useRefresh } from "@/components/refresh";
import { Section } from "@/components/Section";
import { StateBadge } from "@/components/StateBadge";
import { Timeline } from "@/components/Timeline";
import { formatDay } from "@/components/times";
import { Uncovered } from "@/components/Uncovered";
import { Unreachable } from "@/components/Unreachable";
import { When } from "@/components/When";
import { Attributes } from "../contacts/Attributes";
import { nameOf as nameOfContact } from "../contacts/contact";
import { Enrollments } from "../contacts/Enrollments";
import { HoldButton } from "../escalations/acts";
import classes from "../contacts/subject.module.css";
import { nameOf, type Account } from "./account";
import { HealthSection } from "./HealthSection";
import { MergeButton } from "./MergeDialog";
import { Owner } from "./Owner";

export default function AccountPage() {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const refresh = useRefresh();
  const id = useParam("id");
  const navigate = useNavigate();
  const found = useApi<Account>(`/accounts/${id}`, { locale: i18n.language });
  // Its links stay good: they lead to where all of it is.
  const into = found.data?.merged_into;
  const former = found.data ? nameOf(found.data) : "";
  useEffect(() => {
    if (!into) return;
    say(t("accounts.merge.moved", { name: former }));
    void navigate({ to: `/accounts/${into}`, replace: true });
  }, [into, former, navigate, t]);
  const back = { to: "/accounts", label: t("accounts.title") };
  if (found.error) return <Unreachable title={t("accounts.one")} back={back} error={found.error} retry={() => void found.refetch()} />;
  if (!found.data || found.data.merged_into) return <Loading rows={10} />;

  const account = found.data;
  const people = account.people ?? [];
  const also = account.also_people ?? [];
  return (
    <>
      <PageHeader
        title={nameOf(account)}
        back={back}
        badges={
          <>
            {account.stage && <Badge color="indigo">{t(`common.stage.${account.stage}`, { defaultValue: account.stage })}</Badge>}
            {account.tier && <Badge color="gray">{t(`common.tier.${account.tier}`, { defaultValue: account.tier })}</Badge>}
            {account.is_internal && <StateBadge tone="quiet">{t("contacts.internal")}</StateBadge>}
            {account.hold && <StateBadge tone="caution">{t("accounts.on_hold")}</StateBadge>}
          </>
        }
        actions={
          <>
            {can("accounts.merge") && <MergeButton account={account} />}
            {can("holds.write") &&
              (account.hold ? (
                <ConfirmButton
                  variant="default"
                  color="cyan"
                  question={t("accounts.release_question")}
                  consequence={t("accounts.release_consequence")}
                  act={t("accounts.release")}
                  onConfirm={async () => {
                    await api.delete(`/accounts/${account.id}/hold`);
                    refresh(`/accounts/${account.id}`);
                  }}
                >
                  {t("accounts.release")}
                </ConfirmButton>
              ) : (
                <HoldButton accountId={account.id} onDone={() => refresh(`/accounts/${account.id}`)} />
              ))}
          </>
        }
      />
      <Stack gap="sm" className={classes.notices}>
        {account.escalation_id && (
          <Alert color="orange" icon={<IconUrgent aria-hidden />} title={t("accounts.escalation")}>
            <LinkTo to={`/escalations/${account.escalation_id}`} size="sm">
              {t("accounts.see_escalation")}
            </LinkTo>
          </Alert>
        )}
        {account.hold && (
          <Alert color="yellow" icon={<IconHandStop aria-hidden />} title={t("accounts.on_hold")}>
            {t("accounts.hold_text", { until: formatDay(account.hold.until, i18n.language), because: account.hold.because })}
          </Alert>
        )}
        <Uncovered account={account.id} />
      </Stack>
      <Box className={classes.page}>
        <div className={classes.now}>
          <HealthSection id={account.id} />
          <Section title={t("accounts.people", { count: people.length })}>
            {people.length === 0 && (
              <Text size="sm" c="dimmed">
                {t("accounts.nobody")}
              </Text>
            )}
            <Stack gap="xs" mah={320} style={{ overflowY: "auto" }}>
              {people.map((person) => (
                <Group key={person.id} justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
                  <Stack gap={0} style={{ minWidth: 0 }}>
                    <LinkTo to={`/contacts/${person.id}`} size="sm" fw={600}>
                      {nameOfContact(person)}
                    </LinkTo>
                    {person.roles.length > 0 && (
                      <Text size="xs" c="dimmed">
                        {person.roles.map((role) => t(`common.contact_role.${role}`, { defaultValue: role })).join(t("accounts.comma"))}
                      </Text>
                    )}
                  </Stack>
                  {person.status === "left" ? <StateBadge tone="quiet">{t("contacts.left")}</StateBadge> : (
                    <Text size="xs" c="dimmed">
                      <When at={person.last_active_at} relative />
                    </Text>
                  )}
                </Group>
              ))}
            </Stack>
            {also.length > 0 && (
              <Text size="xs" c="dimmed" mt="sm" component="div">
                {t("accounts.also")}{" "}
                {also.map((person, place) => (
                  <span key={person.id}>
                    {place > 0 && t("accounts.comma")}
                    <LinkTo to={`/contacts/${person.id}`}>{nameOfContact(person)}</LinkTo>
                  </span>
                ))}
              </Text>
            )}
          </Section>
        </div>
        <div className={classes.story}>
          <Section title={t("contacts.timeline.title")}>
            <Timeline path={`/accounts/${account.id}/timeline`} subject={account.subject} />
          </Section>
        </div>
        <div className={classes.profile}>
          <Enrollments subject={account.subject} path={`/accounts/${account.id}`} enrollments={account.enrollments ?? []} />
          <Section title={t("contacts.profile")}>
            <Facts
              facts={[
                [t("accounts.owner"), <Owner key="owner" account={account} />],
                [t("accounts.external_id"), account.external_id],
                [t("accounts.known_since"), <When key="since" at={account.created_at} />],
              ]}
            />
          </Section>
          <Attributes path={`/accounts/${account.id}`} attributes={account.attributes} permission="accounts.write" />
        </div>
      </Box>
    </>
  );
}
