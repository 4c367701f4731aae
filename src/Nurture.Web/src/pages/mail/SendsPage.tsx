import { Badge, Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconSend, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ApiPage } from "@/api/client";
import { useApi, usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFilters } from "@/components/filters";
import { ContactPicker } from "@/components/ContactPicker";
import { LinkTo } from "@/components/LinkTo";
import { PageHeader } from "@/components/PageHeader";
import { StandingBadge, standings } from "@/components/Standing";
import { formatInstant } from "@/components/times";
import { When } from "@/components/When";
import { nameOf, type Contact } from "../contacts/contact";
import { MailTabs } from "./MailTabs";
import classes from "./mail.module.css";
import type { Send } from "./send";
import { isLayout, partsOf, type Template } from "./template";
import { otherOrigin } from "@/components/origin";

export default function SendsPage() {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const [filter, setFilter] = useFilters();
  const { standing, state, scenario, template, contact, since, customers } = {
    standing: filter("standing"),
    state: filter("state"),
    scenario: filter("scenario"),
    template: filter("template"),
    contact: filter("contact"),
    since: filter("since"),
    customers: filter("customers"),
  };
  const list = usePage<Send>("/sends", { standing, state, scenario, template, contact, since, customers, locale: i18n.language }, { refetchInterval: 15_000 });
  const scenarios = useApi<ApiPage<{ name: string; title: string | null }>>("/scenarios", { limit: 500 }, { enabled: can("scenarios.read") });
  const templates = useApi<ApiPage<Template>>("/templates", { limit: 500 });
  const recipient = useApi<Contact>(`/contacts/${contact ?? 0}`, undefined, { enabled: contact !== undefined });
  const names = [...new Set(templates.data?.items.map((one) => partsOf(one.name)[0]))].filter((name) => !isLayout(name));
  const isNarrowed = [standing, state, scenario, template, contact, since, customers].some((value) => value !== undefined);

  return (
    <>
      <PageHeader title={t("mail.title")} />
      <MailTabs current="sends" />
      <Stack>
        <Group gap="sm" align="flex-end">
          <Select
            label={t("mail.state")}
            placeholder={t("common.all")}
            clearable
            w={{ base: "calc(50% - 6px)", xs: 180 }}
            value={standing ?? null}
            onChange={(chosen) => setFilter({ standing: chosen, state: null })}
            data={standings.map((one) => ({ value: one, label: t(`mail.standing.${one}`) }))}
          />
          <Select
            label={t("mail.scenario")}
            placeholder={t("common.all")}
            clearable
            searchable
            w={{ base: "calc(50% - 6px)", xs: 220 }}
            value={scenario ?? null}
            onChange={(chosen) => setFilter({ scenario: chosen })}
            data={(scenarios.data?.items ?? []).map((one) => ({ value: one.name, label: one.title ?? one.name }))}
          />
          <Select
            label={t("mail.template")}
            placeholder={t("common.all")}
            clearable
            searchable
            w={{ base: "calc(50% - 6px)", xs: 180 }}
            value={template ?? null}
            onChange={(chosen) => setFilter({ template: chosen })}
            data={names}
          />
          <Group w={{ base: "calc(50% - 6px)", xs: 240 }} grow>
            <ContactPicker
              label={t("mail.recipient")}
              nobody={t("common.all")}
              value={contact === undefined ? null : (recipient.data ?? null)}
              onChange={(chosen) => setFilter({ contact: chosen ? String(chosen.id) : null })}
            />
          </Group>
        </Group>
        {(since || state || customers) && (
          <Group gap="xs">
            {since && <Badge variant="outline">{t("mail.since", { at: formatInstant(since, i18n.language) })}</Badge>}
            {state && <Badge variant="outline">{t("mail.failed_here")}</Badge>}
            {customers && <Badge variant="outline">{t("mail.customers")}</Badge>}
            <Button size="compact-xs" variant="subtle" leftSection={<IconX size={12} aria-hidden />} onClick={() => setFilter({ since: null, state: null, customers: null })}>
              {t("mail.clear")}
            </Button>
          </Group>
        )}
        <DataList
          list={list}
          label={t("mail.sends")}
          rowKey={(send) => send.id}
          empty={
            <Empty icon={IconSend} title={isNarrowed ? t("common.nothing_found") : t("mail.no_sends")}>
              {isNarrowed ? undefined : t("mail.no_sends_text")}
            </Empty>
          }
          columns={[
            {
              key: "mail",
              label: t("mail.mail"),
              render: (send) => (
                <Stack gap={0}>
                  <LinkTo to={`/mail/sends/${send.id}`} fw={600}>
                    {send.mail_subject ?? send.template}
                  </LinkTo>
                  <Text size="sm" c="dimmed">
                    {otherOrigin(send.scenario, t) ?? send.scenario_title}
                    {send.mail_subject && ` · ${send.template}`}
                  </Text>
                </Stack>
              ),
            },
            {
              key: "to",
              label: t("mail.recipient"),
              // A mail to a colleague has no contact.
              render: (send) =>
                send.contact_id === 0 ? (
                  <Text size="sm">{send.address}</Text>
                ) : (
                  <LinkTo to={`/contacts/${send.contact_id}`} size="sm">
                    {nameOf({ id: send.contact_id, name: send.contact_name ?? null, email: send.address })}
                  </LinkTo>
                ),
            },
            {
              key: "standing",
              label: t("mail.state"),
              render: (send) => (
                <Stack gap={2} className={classes.state}>
                  <StandingBadge standing={send.standing} />
                  {send.standing !== "sent" && send.sentence && (
                    <Text size="xs" c="dimmed">
                      {send.sentence}
                    </Text>
                  )}
                  {send.standing === "sent" && (send.clicked_at || send.opened_at) && (
                    <Text size="xs" c="dimmed">
                      {t(send.clicked_at ? "mail.clicked" : "mail.opened")}
                    </Text>
                  )}
                </Stack>
              ),
            },
            { key: "at", label: t("mail.when"), render: (send) => <When at={send.ended_at ?? (send.standing === "scheduled" ? send.not_before : send.planned_at)} /> },
          ]}
        />
      </Stack>
    </>
  );
}
