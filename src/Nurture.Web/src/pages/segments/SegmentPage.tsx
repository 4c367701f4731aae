import { Button, Code, Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi, usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { actorName } from "@/components/actor";
import { ConfirmButton } from "@/components/Confirm";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { Facts } from "@/components/Facts";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { Section } from "@/components/Section";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { say } from "@/components/notify";
import { useParam } from "@/components/params";
import { Askers } from "./Askers";
import { Filling } from "./Filling";
import { pathOf, type Member, type SegmentWhole } from "./types";

export default function SegmentPage() {
  const { t, i18n } = useTranslation();
  const name = useParam("name");
  const can = useCan();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data, error } = useApi<SegmentWhole>(`/segments/${name}`, undefined, { refetchInterval: (query) => (query.state.data?.preparing ? 1000 : false) });
  const back = { to: "/segments", label: t("segments.title") };
  if (error)
    return (
      <>
        <PageHeader title={name} back={back} />
        <Problem error={error} />
      </>
    );
  if (!data) return <Loading rows={8} />;
  const { segment } = data;
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const remove = async () => {
    await api.post("/files/segments/publish", { name, segment: null, based_on: data.version });
    await client.invalidateQueries({ predicate: (query) => String(query.queryKey[0]).startsWith("/segments") });
    say(t("segments.removed", { title: segment.title }));
    await navigate({ to: "/segments" });
  };
  return (
    <>
      <PageHeader
        title={segment.title}
        back={back}
        description={segment.about || undefined}
        badges={segment.state === "preparing" && <StateBadge tone="busy">{t("segments.preparing")}</StateBadge>}
        actions={
          <>
            {can("scenarios.publish") && (
              <ConfirmButton variant="default" leftSection={<IconTrash size={16} aria-hidden />} question={t("segments.remove_question", { title: segment.title })} consequence={t("segments.remove_text")} act={t("segments.remove")} onConfirm={remove}>
                {t("segments.remove")}
              </ConfirmButton>
            )}
            {can("scenarios.write") && (
              <Button component={Link} to={`/segments/of/${name}/edit`} leftSection={<IconPencil size={16} aria-hidden />}>
                {t("segments.edit")}
              </Button>
            )}
          </>
        }
      />
      <Stack>
        {data.preparing && <Filling preparing={data.preparing} />}
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Section title={t("segments.definition")}>
            <Stack gap="sm">
              <Code block style={{ whiteSpace: "pre-wrap" }}>
                {segment.is}
              </Code>
              {segment.is_list && <Text size="sm">{t("segments.is_list")}</Text>}
              <Facts
                facts={[
                  [t("segments.of"), t(segment.of === "account" ? "segments.accounts" : "segments.contacts")],
                  [t("segments.name"), <Code key="name">{segment.name}</Code>],
                  [t("segments.members"), segment.members === null ? null : <Group key="members" gap={6} component="span">{number(segment.members)}{data.counted && <Text span size="xs" c="dimmed">(<When at={data.counted} relative />)</Text>}</Group>],
                ]}
              />
            </Stack>
          </Section>
          <Section title={t("segments.asked_by")}>
            <Askers askers={segment.asked_by} />
          </Section>
        </SimpleGrid>
        {can("contacts.read") && <Members name={name} isAccount={segment.of === "account"} />}
        <Section title={t("segments.history")}>
          <Table.ScrollContainer minWidth={420}>
            <Table aria-label={t("segments.history")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("segments.version")}</Table.Th>
                  <Table.Th>{t("segments.published")}</Table.Th>
                  <Table.Th>{t("segments.by")}</Table.Th>
                  <Table.Th>{t("segments.condition")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.history.map((change) => (
                  <Table.Tr key={change.version}>
                    <Table.Td>{change.version}</Table.Td>
                    <Table.Td>
                      <When at={change.published_at} />
                    </Table.Td>
                    <Table.Td>{actorName(change.published_by, t)}</Table.Td>
                    <Table.Td>{change.is === null ? <Text c="dimmed" size="sm">{t("segments.change_removed")}</Text> : <Code>{change.is}</Code>}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Section>
      </Stack>
    </>
  );
}

const enough = 20;

/** Who belongs to it now. The server asks some thousands at a time, so it is asked on until a page is full. */
function Members({ name, isAccount }: { name: string; isAccount: boolean }) {
  const { t } = useTranslation();
  const list = usePage<Member>(`/segments/${name}/members`);
  const { more, isMoreLoading, error } = list;
  const isSearching = error === null && (list.items?.length ?? 0) < enough && more !== undefined;
  useEffect(() => {
    if (isSearching && !isMoreLoading) more();
  }, [isSearching, isMoreLoading, more]);
  return (
    <Section title={t("segments.members_now")}>
      <Stack gap="xs">
        {isSearching && list.items?.length === 0 ? (
          <Loading />
        ) : (
          <DataList
            list={list}
            label={t("segments.members_now")}
            rowKey={(member) => member.subject}
            empty={<Empty title={t("segments.no_members")}>{t("segments.no_members_text")}</Empty>}
            columns={[
              { key: "name", label: t(isAccount ? "segments.account" : "segments.contact"), render: (member) => <LinkTo to={pathOf(member.subject)}>{member.name ?? member.email ?? member.subject}</LinkTo> },
              ...(isAccount ? [] : [{ key: "email", label: t("segments.address"), render: (member: Member) => member.email ?? "–" }]),
            ]}
          />
        )}
      </Stack>
    </Section>
  );
}
