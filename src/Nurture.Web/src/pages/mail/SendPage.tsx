import { Alert, Box, Card, Code, SegmentedControl, Stack, Text, Timeline } from "@mantine/core";
import { IconCheck, IconClick, IconMail, IconMailOff, IconPointer, IconRoute, IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { Facts } from "@/components/Facts";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { MailFrame } from "@/components/MailFrame";
import { PageHeader } from "@/components/PageHeader";
import { useParam } from "@/components/params";
import { Problem } from "@/components/Problem";
import { Sentence } from "@/components/Sentence";
import { Section } from "@/components/Section";
import { StandingBadge } from "@/components/Standing";
import { Unreachable } from "@/components/Unreachable";
import { When } from "@/components/When";
import { nameOf } from "../contacts/contact";
import subject from "../contacts/subject.module.css";
import classes from "./mail.module.css";
import type { SendStory, SentMail } from "./send";
import { otherOrigin } from "@/components/origin";

const icons: Record<string, React.ReactNode> = {
  released: <IconMail size={14} aria-hidden />,
  handed: <IconSend size={14} aria-hidden />,
  sent: <IconCheck size={14} aria-hidden />,
  ended: <IconMailOff size={14} aria-hidden />,
  opened: <IconPointer size={14} aria-hidden />,
  clicked: <IconClick size={14} aria-hidden />,
};

/** One mail: why it was sent, or not, and what became of it. */
export default function SendPage() {
  const { t, i18n } = useTranslation();
  const id = useParam("id");
  const found = useApi<SendStory>(`/sends/${id}`, { locale: i18n.language });
  const mail = useApi<SentMail>(`/sends/${id}/mail`, undefined, { retry: false });
  const back = { to: "/mail/sends", label: t("mail.sends") };
  if (found.error) return <Unreachable title={t("mail.mail")} back={back} error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading rows={10} />;

  const { send, recipient, story } = found.data;
  const name = recipient ? nameOf(recipient) : (send.address ?? "");
  return (
    <>
      <PageHeader
        title={mail.data?.subject ?? send.template}
        back={back}
        badges={<StandingBadge standing={send.standing} />}
        description={
          <span>
            {t("mail.to")} {recipient ? <LinkTo to={`/contacts/${recipient.id}`}>{name}</LinkTo> : name} · {otherOrigin(send.scenario, t) ?? <LinkTo to={`/scenarios/${send.scenario}`}>{send.scenario_title ?? send.scenario}</LinkTo>}
          </span>
        }
      />
      {send.sentence && (
        <Alert mb="md" color={send.standing === "bounced" ? "red" : send.standing === "unclear" ? "yellow" : "gray"} icon={<IconMailOff aria-hidden />} title={send.sentence}>
          {send.reply && <Code>{send.reply}</Code>}
        </Alert>
      )}
      <Box className={subject.page}>
        <div className={subject.story}>
          <Content mail={mail.data} isPending={mail.isPending} error={mail.error} />
        </div>
        <div className={subject.now}>
          <Section title={t("mail.story")}>
            <Timeline bulletSize={24} lineWidth={2} active={story.length}>
              {story.map((chapter) => (
                <Timeline.Item key={`${chapter.at} ${chapter.code}`} bullet={icons[chapter.code] ?? <IconRoute size={14} aria-hidden />}>
                  <Text size="sm">
                    <Sentence text={chapter.sentence ?? t(`mail.moment.${chapter.code}`)} />
                  </Text>
                  {chapter.reply && (
                    <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                      {chapter.reply}
                    </Text>
                  )}
                  <Text size="xs" c="dimmed">
                    <When at={chapter.at} /> · <Text span inherit ff="monospace">{chapter.code}</Text>
                  </Text>
                </Timeline.Item>
              ))}
            </Timeline>
          </Section>
        </div>
        <div className={subject.profile}>
          <Section title={t("common.details")}>
            <Facts
              facts={[
                [t("mail.address"), send.address],
                [t("mail.template"), <LinkTo key="template" to={`/mail/templates/${send.template}.${send.locale}`} size="sm">{`${send.template} (${send.locale})`}</LinkTo>],
                [t("mail.purpose"), `${t(`common.class.${send.class}`)}${send.topic ? ` · ${send.topic}` : ""}`],
                [t("mail.step"), <Code key="step">{`${send.step} (${t("mail.version_short", { version: send.version })})`}</Code>],
                [t("mail.planned"), <When key="planned" at={send.planned_at} />],
                [t("mail.not_before"), (send.standing === "scheduled" || send.standing === "retrying") && <When key="not_before" at={send.not_before} />],
                [t("mail.expires"), <When key="expires" at={send.expires_at} />],
                [t("mail.attempts"), String(send.attempts)],
                [t("mail.reason"), send.reason && <Code key="reason">{send.reason}</Code>],
                [t("mail.message_id"), send.message_id && <Code key="message_id" style={{ overflowWrap: "anywhere" }}>{send.message_id}</Code>],
              ]}
            />
          </Section>
        </div>
      </Box>
    </>
  );
}

function Content({ mail, isPending, error }: { mail: SentMail | undefined; isPending: boolean; error: unknown }) {
  const { t } = useTranslation();
  const [part, setPart] = useState("html");
  if (error) return <Problem error={error} />;
  if (isPending || !mail) return <Loading rows={10} />;
  if (mail.html === null) return <Alert color="yellow" title={t("mail.not_rendered")}>{mail.problem}</Alert>;
  return (
    <Card padding="md">
      <Stack gap="md">
        <SegmentedControl
          size="xs"
          style={{ alignSelf: "flex-start" }}
          value={part}
          onChange={setPart}
          aria-label={t("mail.mail")}
          data={[
            { value: "html", label: t("mail.preview") },
            { value: "text", label: t("mail.plain_text") },
          ]}
        />
        {part === "html" ? (
          <Box className={classes.desktop}>
            <MailFrame html={mail.html} title={t("mail.preview_of", { subject: mail.subject ?? "" })} width="100%" />
          </Box>
        ) : (
          <Box component="pre" m={0} p="md" className={classes.plain}>
            {mail.text}
          </Box>
        )}
        <Text size="xs" c="dimmed">
          {t("mail.as_it_left")}
        </Text>
      </Stack>
    </Card>
  );
}
