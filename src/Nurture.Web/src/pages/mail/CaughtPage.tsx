import { Anchor, Box, Card, Code, SegmentedControl, Stack, Table, Tabs, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { Loading } from "@/components/Loading";
import { MailFrame } from "@/components/MailFrame";
import { PageHeader } from "@/components/PageHeader";
import { useParam } from "@/components/params";
import { Problem } from "@/components/Problem";
import { Unreachable } from "@/components/Unreachable";
import { When } from "@/components/When";
import classes from "./mail.module.css";

interface Caught {
  id: number;
  at: string;
  to: string;
  subject: string | null;
  text: string | null;
  html: string | null;
  headers: Record<string, string | string[]>;
  links: string[];
}

/** One mail of the built-in inbox: as it looks, its text, headers, links and source. Its links lead through the server, as a reader's would. */
export default function CaughtPage() {
  const { t } = useTranslation();
  const id = useParam("id");
  const found = useApi<Caught>(`/dev/inbox/${id}`);
  const [tab, setTab] = useState<string | null>("html");
  const [width, setWidth] = useState("desktop");
  const source = useApi<string>(`/dev/inbox/${id}/source`, undefined, { enabled: tab === "source" });
  const back = { to: "/mail/inbox", label: t("mail.inbox") };
  if (found.error) return <Unreachable title={t("mail.mail")} back={back} error={found.error} />;
  if (!found.data) return <Loading rows={10} />;

  const mail = found.data;
  const headers = Object.entries(mail.headers).flatMap(([name, values]) => (Array.isArray(values) ? values : [values]).map((value) => [name, value] as const));
  return (
    <>
      <PageHeader
        title={mail.subject ?? t("mail.no_subject")}
        back={back}
        description={
          <span>
            {t("mail.to")} {mail.to} · <When at={mail.at} />
          </span>
        }
      />
      <Card padding="md">
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="html">{t("mail.preview")}</Tabs.Tab>
            <Tabs.Tab value="text">{t("mail.plain_text")}</Tabs.Tab>
            <Tabs.Tab value="links">{t("mail.links", { count: mail.links.length })}</Tabs.Tab>
            <Tabs.Tab value="headers">{t("mail.headers")}</Tabs.Tab>
            <Tabs.Tab value="source">{t("mail.source")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="html">
            <Stack gap="sm">
              <SegmentedControl
                size="xs"
                style={{ alignSelf: "flex-end" }}
                aria-label={t("mail.width")}
                value={width}
                onChange={setWidth}
                data={[
                  { value: "desktop", label: t("mail.desktop") },
                  { value: "phone", label: t("mail.phone") },
                ]}
              />
              {mail.html === null ? (
                <Text c="dimmed">{t("mail.no_html")}</Text>
              ) : (
                <Box className={width === "phone" ? classes.phone : classes.desktop}>
                  <MailFrame html={mail.html} title={t("mail.preview_of", { subject: mail.subject ?? "" })} width={width === "phone" ? 375 : "100%"} hasLinks />
                </Box>
              )}
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="text">
            <Box component="pre" m={0} p="md" className={classes.plain}>
              {mail.text}
            </Box>
          </Tabs.Panel>
          <Tabs.Panel value="links">
            <Stack gap="xs" component="ul" m={0} pl="md">
              {mail.links.map((link) => (
                <li key={link}>
                  <Anchor href={link} target="_blank" rel="noreferrer" size="sm" style={{ overflowWrap: "anywhere" }}>
                    {link}
                  </Anchor>
                </li>
              ))}
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="headers">
            <Table aria-label={t("mail.headers")} highlightOnHover={false}>
              <Table.Tbody>
                {headers.map(([name, value]) => (
                  <Table.Tr key={`${name} ${value}`}>
                    <Table.Th fw={500} style={{ verticalAlign: "top", whiteSpace: "nowrap" }} visibleFrom="xs">
                      {name}
                    </Table.Th>
                    <Table.Td style={{ overflowWrap: "anywhere" }}>
                      <Text size="xs" c="dimmed" hiddenFrom="xs">
                        {name}
                      </Text>
                      <Text size="sm">{value}</Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Tabs.Panel>
          <Tabs.Panel value="source">
            {source.error && <Problem error={source.error} />}
            {source.isPending ? (
              <Loading rows={12} />
            ) : (
              <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {source.data}
              </Code>
            )}
          </Tabs.Panel>
        </Tabs>
      </Card>
    </>
  );
}
