import { Alert, Stack, Text } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useMe } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFilters } from "@/components/filters";
import { LinkTo } from "@/components/LinkTo";
import { PageHeader } from "@/components/PageHeader";
import { useRefresh } from "@/components/refresh";
import { SearchBox } from "@/components/SearchBox";
import { When } from "@/components/When";
import { MailTabs } from "./MailTabs";

interface Head {
  id: number;
  at: string;
  recipient: string;
  subject: string;
}

/** Development mode: the mails that did not leave the machine. */
export default function InboxPage() {
  const { t } = useTranslation();
  const { is_development } = useMe();
  const refresh = useRefresh();
  const [filter, setFilter] = useFilters();
  const query = filter("query");
  const list = usePage<Head>("/dev/inbox", { query }, { enabled: is_development, refetchInterval: 5_000 });
  if (!is_development) return <Empty icon={IconInbox} title={t("mail.inbox_elsewhere")} />;
  return (
    <>
      <PageHeader
        title={t("mail.title")}
        actions={
          <ConfirmButton
            variant="default"
            question={t("mail.empty_question")}
            consequence={t("mail.empty_consequence")}
            act={t("mail.empty")}
            onConfirm={async () => {
              await api.delete("/dev/inbox");
              refresh("/dev/inbox");
            }}
          >
            {t("mail.empty")}
          </ConfirmButton>
        }
      />
      <MailTabs current="inbox" />
      <Stack>
        <Alert icon={<IconInbox aria-hidden />} color="blue">
          {t("mail.inbox_text")}
        </Alert>
        <SearchBox value={query ?? ""} onChange={(text) => setFilter({ query: text })} label={t("mail.search_inbox")} />
        <DataList
          list={list}
          label={t("mail.inbox")}
          rowKey={(head) => head.id}
          empty={<Empty icon={IconInbox} title={query ? t("common.nothing_found") : t("mail.inbox_empty")}>{query ? undefined : t("mail.inbox_empty_text")}</Empty>}
          columns={[
            {
              key: "subject",
              label: t("mail.subject"),
              render: (head) => (
                <LinkTo to={`/mail/inbox/${head.id}`} fw={600}>
                  {head.subject || t("mail.no_subject")}
                </LinkTo>
              ),
            },
            { key: "to", label: t("mail.recipient"), render: (head) => <Text size="sm">{head.recipient}</Text> },
            { key: "at", label: t("mail.when"), render: (head) => <When at={head.at} /> },
          ]}
        />
      </Stack>
    </>
  );
}
