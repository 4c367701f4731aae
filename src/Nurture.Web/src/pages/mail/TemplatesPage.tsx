import { Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { LinkTo } from "@/components/LinkTo";
import { PageHeader } from "@/components/PageHeader";
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

export default function TemplatesPage() {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const list = usePage<Template>("/templates", { limit: 200 });
  return (
    <>
      <PageHeader title={t("mail.title")} actions={can("templates.write") && <NewMail />} />
      <MailTabs current="templates" />
      <DataList
        list={{ ...list, items: grouped(list.items) }}
        label={t("mail.templates")}
        rowKey={(row) => row.base}
        empty={<Empty title={t("mail.no_templates")}>{t("mail.no_templates_text")}</Empty>}
        columns={[
          {
            key: "name",
            label: t("mail.template"),
            render: (row) => (
              <Group gap="xs">
                <LinkTo to={`/mail/templates/${(row.locales.find((one) => partsOf(one.name)[1] === i18n.language) ?? row.locales[0]!).name}`} fw={600}>
                  {row.base}
                </LinkTo>
                {isLayout(row.base) && <Badge color="gray">{t("mail.layout")}</Badge>}
              </Group>
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
                  {row.newest.published_by}
                </Text>
              </Stack>
            ),
          },
        ]}
      />
    </>
  );
}
