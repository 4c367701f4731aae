import { Stack, Text } from "@mantine/core";
import { IconUserSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFilters } from "@/components/filters";
import { LinkTo } from "@/components/LinkTo";
import { PageHeader } from "@/components/PageHeader";
import { SearchBox } from "@/components/SearchBox";
import { When } from "@/components/When";
import { nameOf, type Contact } from "./contact";
import { ContactBadges } from "./ContactBadges";

export default function ContactsPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useFilters();
  const query = filter("query");
  const list = usePage<Contact>("/contacts", { query });
  return (
    <>
      <PageHeader title={t("contacts.title")} description={t("contacts.about")} />
      <Stack>
        <SearchBox value={query ?? ""} onChange={(text) => setFilter({ query: text })} label={t("contacts.search")} />
        <DataList
          list={list}
          label={t("contacts.title")}
          rowKey={(contact) => contact.id}
          empty={query ? <Empty icon={IconUserSearch} title={t("common.nothing_found")}>{t("contacts.nothing_found")}</Empty> : <Empty title={t("contacts.none")}>{t("contacts.none_text")}</Empty>}
          columns={[
            {
              key: "name",
              label: t("contacts.name"),
              render: (contact) => (
                <Stack gap={0}>
                  <LinkTo to={`/contacts/${contact.id}`} fw={600}>
                    {nameOf(contact)}
                  </LinkTo>
                  {contact.name && contact.email && (
                    <Text size="sm" c="dimmed">
                      {contact.email}
                    </Text>
                  )}
                </Stack>
              ),
            },
            {
              key: "account",
              label: t("contacts.account"),
              render: (contact) =>
                contact.account_id ? <LinkTo to={`/accounts/${contact.account_id}`}>{contact.account_name ?? `#${contact.account_id}`}</LinkTo> : <Text c="dimmed" span>–</Text>,
            },
            { key: "badges", label: t("contacts.state"), render: (contact) => <ContactBadges contact={contact} /> },
            { key: "locale", label: t("contacts.locale"), isWide: true, render: (contact) => contact.locale ?? "–" },
            { key: "active", label: t("contacts.last_active"), render: (contact) => <When at={contact.last_active_at} relative /> },
          ]}
        />
      </Stack>
    </>
  );
}
