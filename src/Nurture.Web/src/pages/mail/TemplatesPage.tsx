import { Badge, Box, Group, Stack, Text } from "@mantine/core";
import { IconMailSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { actorName } from "@/components/actor";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { useFilters } from "@/components/filters";
import { LinkTo } from "@/components/LinkTo";
import { PageHeader } from "@/components/PageHeader";
import { SearchBox } from "@/components/SearchBox";
import { When } from "@/components/When";
import { MailTabs } from "./MailTabs";
import { NewMail } from "./NewMail";
import { isLayout, languageName, partsOf, type Template } from "./template";

interface Group_ {
  base: string;
  locales: Template[];
  newest: Template;
}

/** A template's languages stand in one row. */
function grouped(templates: Template[] | undefined): Group_[] | undefined {
  if (!templates) return undefined;
  const found = new Map<string, Template[]>();
  for (const template of templates) {
    const [base] = partsOf(template.name);
    found.set(base, [...(found.get(base) ?? []), template]);
  }
  const rows = [...found].map(([base, locales]) => ({ base, locales, newest: locales.toSorted((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at))[0]! }));
  return rows.toSorted((a, b) => Number(isLayout(a.base)) - Number(isLayout(b.base)));
}

/** By name or subject, in whichever language. */
function isFound(row: Group_, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return row.base.includes(wanted) || row.locales.some((one) => one.subject?.toLowerCase().includes(wanted));
}

export default function TemplatesPage() {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const [filter, setFilter] = useFilters();
  const query = filter("q") ?? "";
  const list = usePage<Template>("/templates", { limit: 200 });
  const read = (row: Group_) => row.locales.find((one) => partsOf(one.name)[1] === i18n.language) ?? row.locales[0]!;
  return (
    <>
      <PageHeader title={t("mail.title")} actions={can("templates.write") && list.items && <NewMail taken={list.items.map((one) => one.name)} />} />
      <MailTabs current="templates" />
      <Box mb="md">
        <SearchBox value={query} onChange={(q) => setFilter({ q: q || undefined })} label={t("mail.search_templates")} />
      </Box>
      <DataList
        list={{ ...list, items: grouped(list.items)?.filter((row) => isFound(row, query)) }}
        label={t("mail.templates")}
        rowKey={(row) => row.base}
        empty={query ? <Empty icon={IconMailSearch} title={t("common.nothing_found")}>{t("mail.nothing_found")}</Empty> : <Empty title={t("mail.no_templates")}>{t("mail.no_templates_text")}</Empty>}
        columns={[
          {
            key: "name",
            label: t("mail.template"),
            render: (row) => (
              <Stack gap={0}>
                <Group gap="xs">
                  <LinkTo to={`/mail/templates/${read(row).name}`} fw={600}>
                    {row.base}
                  </LinkTo>
                  {isLayout(row.base) && <Badge color="gray">{t("mail.layout")}</Badge>}
                </Group>
                {read(row).subject && (
                  <Text size="sm" c="dimmed">
                    {read(row).subject}
                  </Text>
                )}
              </Stack>
            ),
          },
          {
            key: "locales",
            label: t("mail.languages"),
            render: (row) => (
              <Group gap="sm">
                {row.locales.map((one) => (
                  <LinkTo key={one.name} to={`/mail/templates/${one.name}`} size="sm">
                    {languageName(partsOf(one.name)[1], i18n.language)}
                  </LinkTo>
                ))}
              </Group>
            ),
          },
          { key: "version", label: t("mail.version"), isWide: true, align: "right", render: (row) => Math.max(...row.locales.map((one) => one.version)) },
          {
            key: "published",
            label: t("mail.published"),
            render: (row) => (
              <Stack gap={0}>
                <When at={row.newest.published_at} relative />
                <Text size="xs" c="dimmed">
                  {actorName(row.newest.published_by, t)}
                </Text>
              </Stack>
            ),
          },
        ]}
      />
    </>
  );
}
