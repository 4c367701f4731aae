import { Box, Button, Code, Collapse, Group, SegmentedControl, Stack, Text, ThemeIcon, Title, UnstyledButton } from "@mantine/core";
import {
  IconArrowRight,
  IconBan,
  IconBell,
  IconCheck,
  IconClick,
  IconClock,
  IconDoorEnter,
  IconFlag,
  IconMail,
  IconPencil,
  IconPointer,
  IconUser,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { Empty } from "./Empty";
import { LinkTo } from "./LinkTo";
import { Loading } from "./Loading";
import { Problem } from "./Problem";
import { Sentence } from "./Sentence";
import { StandingBadge } from "./Standing";
import { formatDay } from "./times";
import { otherOrigin } from "./origin";

/** One thing that happened. */
export interface Moment {
  id: string;
  at: string;
  kind: "mail" | "decision" | "event" | "attributes" | "roles" | "hit" | "refusal" | "consent" | "left";
  code: string;
  sentence: string;
  subject: string;
  name: string | null;
  scenario: string | null;
  scenario_title: string | null;
  step: string | null;
  detail: Record<string, unknown> | null;
  send: { id: string; template: string; standing: string; mail_subject?: string | null } | null;
}

interface Props {
  /** `/contacts/7/timeline`. */
  path: string;
  /** Whose page it is: what is somebody else's bears their name. */
  subject: string;
}

const kinds = ["all", "mails", "decisions", "activity"] as const;

/** Everything that happened, newest first, day by day: the sentence first, the code second. */
export function Timeline({ path, subject }: Props) {
  const { t, i18n } = useTranslation();
  const [show, setShow] = useState<string>("all");
  const list = usePage<Moment>(path, { show, locale: i18n.language, limit: 30 });
  return (
    <Stack gap="md">
      <SegmentedControl
        size="xs"
        value={show}
        onChange={setShow}
        aria-label={t("contacts.timeline.show")}
        data={kinds.map((kind) => ({ value: kind, label: t(`contacts.timeline.${kind}`) }))}
        style={{ alignSelf: "flex-start", maxWidth: "100%" }}
      />
      {list.error && !list.items && <Problem error={list.error} retry={list.retry} />}
      {list.isLoading && <Loading rows={8} />}
      {list.items?.length === 0 && <Empty title={t("contacts.timeline.empty")}>{t("contacts.timeline.empty_text")}</Empty>}
      {days(list.items ?? []).map(([day, moments]) => (
        <section key={day} aria-label={formatDay(moments[0]!.at, i18n.language)}>
          <Title order={3} fz="sm" c="dimmed" mb="xs">
            {formatDay(moments[0]!.at, i18n.language)}
          </Title>
          <Stack component="ol" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
            {moments.map((moment, place) => (
              <MomentRow key={moment.id} moment={moment} isOwn={moment.subject === subject} isLast={place === moments.length - 1} />
            ))}
          </Stack>
        </section>
      ))}
      {list.more && (
        <Group justify="center">
          <Button variant="default" onClick={list.more} loading={list.isMoreLoading}>
            {t("common.more")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function days(moments: Moment[]): [string, Moment[]][] {
  const found = new Map<string, Moment[]>();
  for (const moment of moments) {
    const day = new Date(moment.at).toDateString();
    found.set(day, [...(found.get(day) ?? []), moment]);
  }
  return [...found];
}

function MomentRow({ moment, isOwn, isLast }: { moment: Moment; isOwn: boolean; isLast: boolean }) {
  const { t, i18n } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { icon: MomentIcon, colour } = look(moment);
  const time = new Intl.DateTimeFormat(i18n.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(moment.at));
  const detail = Object.entries(moment.detail ?? {});
  const isActivity = moment.kind === "event" || moment.kind === "attributes";
  // Little is said at once; much waits to be asked for.
  const isShort = isActivity && detail.length <= 3 && detail.every(([, value]) => typeof value !== "object" && String(value).length <= 40);
  const [kind, id] = moment.subject.split(":");

  return (
    <Group component="li" gap="sm" wrap="nowrap" align="stretch">
      <Stack gap={0} align="center" style={{ flexShrink: 0 }}>
        <ThemeIcon variant="light" color={colour} radius="xl" size={30} aria-hidden>
          <MomentIcon size={16} stroke={1.8} />
        </ThemeIcon>
        {!isLast && <Box w={2} flex={1} bg="var(--mantine-color-default-border)" my={4} />}
      </Stack>
      <Stack gap={2} pb="md" pt={3} style={{ minWidth: 0, flex: 1 }}>
        <Group gap="xs" wrap="nowrap" justify="space-between" align="flex-start">
          <Text size="sm" fw={moment.kind === "mail" || moment.kind === "decision" ? 500 : 400} style={{ overflowWrap: "anywhere" }}>
            {moment.send ? (
              <LinkTo to={`/mail/sends/${moment.send.id}`} inherit>
                {moment.sentence}
              </LinkTo>
            ) : (
              <Sentence text={moment.sentence} />
            )}
          </Text>
          <Text size="xs" c="dimmed" pt={2} style={{ flexShrink: 0 }}>
            <time dateTime={moment.at}>{time}</time>
          </Text>
        </Group>
        {moment.send?.mail_subject && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {moment.send.mail_subject}
          </Text>
        )}
        <Group gap="xs" wrap="wrap">
          {moment.send && <StandingBadge standing={moment.send.standing} />}
          {!isOwn && moment.name && (
            <LinkTo to={`/${kind}s/${id}`} size="xs">
              {moment.name}
            </LinkTo>
          )}
          {moment.scenario &&
            (otherOrigin(moment.scenario, t) !== null ? (
              <Text size="xs" c="dimmed">
                {otherOrigin(moment.scenario, t)}
              </Text>
            ) : (
              <LinkTo to={`/scenarios/${moment.scenario}`} size="xs" c="dimmed">
                {moment.scenario_title ?? moment.scenario}
              </LinkTo>
            ))}
          {typeof moment.detail?.escalation === "string" && (
            <LinkTo to={`/escalations/${moment.detail.escalation}`} size="xs">
              {t("contacts.timeline.see_case")}
            </LinkTo>
          )}
          {moment.kind === "decision" && (
            <Text size="xs" c="dimmed" ff="monospace">
              {moment.code}
            </Text>
          )}
          {isShort &&
            detail.map(([name, value]) => (
              <Text key={name} size="xs" c="dimmed" component="span">
                {name}: <Text span inherit c="var(--mantine-color-text)">{String(value)}</Text>
              </Text>
            ))}
          {isActivity && !isShort && detail.length > 0 && (
            <UnstyledButton fz="xs" c="dimmed" td="underline" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
              {t(isOpen ? "contacts.timeline.less" : "common.details")}
            </UnstyledButton>
          )}
        </Group>
        {isActivity && !isShort && detail.length > 0 && (
          <Collapse expanded={isOpen}>
            <Stack gap={4} mt={4}>
              {detail.map(([name, value]) => (
                <Text key={name} size="xs" component="div" style={{ overflowWrap: "anywhere" }}>
                  <Text span inherit c="dimmed">
                    {name}
                  </Text>{" "}
                  <Code>{typeof value === "string" ? value : JSON.stringify(value)}</Code>
                </Text>
              ))}
            </Stack>
          </Collapse>
        )}
      </Stack>
    </Group>
  );
}

function look(moment: Moment): { icon: Icon; colour: string } {
  switch (moment.kind) {
    case "mail":
      return { icon: IconMail, colour: moment.code === "sent" ? "teal" : moment.code === "bounced" ? "red" : moment.code === "not_sent" ? "gray" : "blue" };
    case "hit":
      return { icon: moment.code === "clicked" ? IconClick : IconPointer, colour: "teal" };
    case "attributes":
      return { icon: IconPencil, colour: "gray" };
    case "roles":
      return { icon: IconUsers, colour: "gray" };
    case "refusal":
      return { icon: IconBan, colour: "orange" };
    case "consent":
      return { icon: IconCheck, colour: "teal" };
    case "left":
      return { icon: IconDoorEnter, colour: "gray" };
    case "event":
      return { icon: IconPointer, colour: "gray" };
    default:
      return ofDecision(moment.code);
  }
}

function ofDecision(code: string): { icon: Icon; colour: string } {
  if (code === "entered" || code === "restarted") return { icon: IconDoorEnter, colour: "indigo" };
  if (code === "goal_reached") return { icon: IconFlag, colour: "teal" };
  if (code === "completed" || code === "hold_ended" || code === "resumed") return { icon: IconCheck, colour: "teal" };
  if (/^(escalation|band|hold|task|outcome|on_hold)/.test(code)) return { icon: IconBell, colour: "orange" };
  if (/merged|joined|membership/.test(code)) return { icon: IconUser, colour: "gray" };
  if (/^(timed_out|wait_over|heard|already_true|branch_taken|no_branch_taken|attribute_set)$/.test(code)) return { icon: IconArrowRight, colour: "indigo" };
  if (/^(quiet_hours|cap_reached|waiting|waiting_to_settle|paused|sending_stopped)$/.test(code)) return { icon: IconClock, colour: "yellow" };
  return { icon: IconBan, colour: "gray" };
}
