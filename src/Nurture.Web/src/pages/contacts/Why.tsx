import { Alert, List, Select, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconClock, IconHelpCircle, IconMailOff, IconUserOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { Problem } from "@/components/Problem";
import { Sentence } from "@/components/Sentence";
import { Section } from "@/components/Section";

interface Answer {
  verdict: "arrived" | "coming" | "not_sent" | "unclear" | "never";
  sentence: string;
  code: string;
  at: string | null;
  send_id: string | null;
  scenario: string | null;
  more: { code: string; sentence: string }[];
}

// Moments in the sentence are said as everywhere on the page.
const viewersZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const looks = {
  arrived: { colour: "teal", icon: <IconCircleCheck aria-hidden /> },
  coming: { colour: "blue", icon: <IconClock aria-hidden /> },
  not_sent: { colour: "orange", icon: <IconMailOff aria-hidden /> },
  unclear: { colour: "yellow", icon: <IconHelpCircle aria-hidden /> },
  never: { colour: "gray", icon: <IconUserOff aria-hidden /> },
};

/** Why did (not) this arrive? One sentence for a mail or a scenario that is chosen. */
export function Why({ contactId }: { contactId: number }) {
  const { t, i18n } = useTranslation();
  const [asked, setAsked] = useState<string | null>(null);
  const scenarios = useApi<ApiPage<{ name: string; title: string | null }>>("/scenarios", { limit: 500 });
  const templates = useApi<ApiPage<{ name: string }>>("/templates", { limit: 500 });
  const mails = [...new Set(templates.data?.items.map((template) => template.name.split(".")[0]!))].filter((name) => name !== "layout" && !name.startsWith("layout-"));
  const [kind, name] = asked ? [asked.slice(0, asked.indexOf(":")), asked.slice(asked.indexOf(":") + 1)] : [];
  const answer = useApi<{ answer: Answer | null }>("/explain", { contact: contactId, [kind ?? "scenario"]: name, locale: i18n.language, zone: viewersZone }, { enabled: asked !== null });
  const said = asked === null ? null : answer.data?.answer;

  return (
    <Section title={t("contacts.why.title")}>
      <Stack gap="sm">
        <Select
          aria-label={t("contacts.why.choose")}
          placeholder={t("contacts.why.choose")}
          searchable
          clearable
          value={asked}
          onChange={setAsked}
          nothingFoundMessage={t("common.nothing_found")}
          data={[
            { group: t("contacts.why.mails"), items: mails.map((mail) => ({ value: `template:${mail}`, label: mail })) },
            { group: t("contacts.why.scenarios"), items: (scenarios.data?.items ?? []).map((one) => ({ value: `scenario:${one.name}`, label: one.title ?? one.name })) },
          ]}
        />
        <div aria-live="polite">
          {asked !== null && answer.isPending && <Loading rows={2} />}
          {asked !== null && answer.error && <Problem error={answer.error} />}
          {said && (
            <Alert color={looks[said.verdict].colour} icon={looks[said.verdict].icon} title={t(`contacts.why.verdict.${said.verdict}`)}>
              <Stack gap="xs">
                <Text size="sm"><Sentence text={said.sentence} /></Text>
                {said.more.length > 0 && (
                  <List size="sm" spacing={4}>
                    {said.more.map((other) => (
                      <List.Item key={other.code}><Sentence text={other.sentence} /></List.Item>
                    ))}
                  </List>
                )}
                <Text size="xs" c="dimmed" ff="monospace">
                  {said.code}
                </Text>
                {said.send_id && (
                  <LinkTo to={`/mail/sends/${said.send_id}`} size="sm">
                    {t("contacts.why.see_mail")}
                  </LinkTo>
                )}
              </Stack>
            </Alert>
          )}
        </div>
      </Stack>
    </Section>
  );
}
