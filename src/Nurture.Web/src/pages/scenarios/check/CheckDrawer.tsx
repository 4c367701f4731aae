import { Accordion, Alert, Anchor, Badge, Button, Code, Drawer, Group, List, Loader, Select, Stack, Text, TextInput, ThemeIcon, Timeline } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconMail, IconPlus, IconRefresh, IconRocket, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/me";
import { Problem } from "@/components/Problem";
import { Sentence } from "@/components/Sentence";
import { stepWords } from "../flow/sentences";
import { allSteps, type Diagnostic, type Flow, type Person, type Rehearsed, type StoryLine, type Vocabulary } from "../types";

interface Props {
  text: string;
  tests: string;
  isOpen: boolean;
  vocabulary: Vocabulary;
  onClose: () => void;
  /** Leads to a place of the text, or of the tests. */
  onJump: (where: "text" | "tests", line: number, column: number) => void;
  onPublish: () => Promise<void>;
}

/** Everything that speaks for or against publishing, on one page: lint, tests, and what an invented contact would get. */
export function CheckDrawer({ text, tests, isOpen, vocabulary, onClose, onJump, onPublish }: Props) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const [found, setFound] = useState<Rehearsed | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [isPublishing, setPublishing] = useState(false);
  const asked = useRef(0);

  const rehearse = async (person?: Person) => {
    const mine = ++asked.current;
    setBusy(true);
    setError(null);
    try {
      const answer = await api.post<Rehearsed>("/scenarios/rehearsal", { text, tests, person }, { locale: i18n.language });
      if (mine === asked.current) setFound(answer);
    } catch (failure) {
      if (mine === asked.current) setError(failure);
    } finally {
      if (mine === asked.current) setBusy(false);
    }
  };
  useEffect(() => {
    if (isOpen) void rehearse();
    // Opened anew: checked anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isOpen]);

  const publish = async () => {
    setPublishing(true);
    setError(null);
    try {
      await onPublish();
    } catch (failure) {
      setError(failure);
    } finally {
      setPublishing(false);
    }
  };

  const mistakes = found ? [...found.diagnostics.map((one) => ({ one, where: "text" as const })), ...found.test_diagnostics.map((one) => ({ one, where: "tests" as const }))] : [];
  const errors = mistakes.filter(({ one }) => one.severity === "error").length;
  const failed = found?.tests.filter((test) => !test.is_passed).length ?? 0;

  return (
    <Drawer opened={isOpen} onClose={onClose} position="right" size="xl" title={<Text fw={600} fz="lg">{t("check.check_before")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack gap="lg" aria-busy={isBusy}>
        {error !== null && <Problem error={error} />}
        {!found && isBusy && <Loader aria-label={t("common.loading")} />}
        {found && (
          <>
            <Section isGood={errors === 0} title={t("check.check_text")} summary={errors > 0 ? t("check.mistakes", { count: errors }) : mistakes.length > 0 ? t("check.warnings", { count: mistakes.length }) : t("editing.no_mistakes")}>
              {mistakes.length > 0 && (
                <List listStyleType="none" spacing="xs">
                  {mistakes.map(({ one, where }, at) => (
                    <List.Item key={at}>
                      <Mistake diagnostic={one} onJump={() => onJump(where, one.line, one.column)} isTest={where === "tests"} />
                    </List.Item>
                  ))}
                </List>
              )}
            </Section>
            <Section isGood={failed === 0 && found.test_diagnostics.every((one) => one.severity !== "error")} isQuiet={found.tests.length === 0} title={t("check.check_tests")} summary={found.tests.length === 0 ? t("check.no_tests") : failed > 0 ? t("check.tests_failed", { count: failed, of: found.tests.length }) : t("check.tests_passed", { count: found.tests.length })}>
              {found.tests.length > 0 && (
                <Accordion variant="contained" multiple>
                  {found.tests.map((test) => (
                    <Accordion.Item key={test.name} value={test.name}>
                      <Accordion.Control icon={test.is_passed ? <IconCheck size={18} color="var(--mantine-color-teal-6)" aria-label={t("check.passed")} /> : <IconX size={18} color="var(--mantine-color-red-6)" aria-label={t("check.failed")} />}>
                        <Text size="sm">{test.name}</Text>
                      </Accordion.Control>
                      <Accordion.Panel>
                        <Stack gap="xs">
                          {test.failures.map((failure, at) => (
                            <div key={at}>
                              <Anchor component="button" type="button" size="sm" onClick={() => onJump("tests", failure.line, failure.column)}>
                                {t("check.line_n", { line: failure.line })}
                              </Anchor>
                              <Text size="sm">
                                {t("check.expected")} <Code>{failure.expected.replace(/\s+/g, " ")}</Code>
                              </Text>
                              <Text size="sm">
                                {t("check.but")} <Code>{failure.but.replace(/\s+/g, " ")}</Code>
                              </Text>
                            </div>
                          ))}
                          <Code block>{test.trace.join("\n")}</Code>
                        </Stack>
                      </Accordion.Panel>
                    </Accordion.Item>
                  ))}
                </Accordion>
              )}
            </Section>
            {found.story && (
              <Section isGood={found.story.problem === null && found.story.has_entered} isWarning title={t("check.check_story")} summary={t("check.story_mails", { count: found.story.lines.filter((line) => line.mail).length })}>
                <Story story={found.story} flow={found.flow} vocabulary={vocabulary} onPerson={(person) => void rehearse(person)} isBusy={isBusy} />
              </Section>
            )}
          </>
        )}
        {found && !found.is_good && (
          <Text size="sm" c="dimmed" role="status">
            {t("check.not_yet")}
          </Text>
        )}
        <Group justify="space-between" py="sm" style={{ position: "sticky", bottom: 0, background: "var(--mantine-color-body)", borderTop: "1px solid var(--mantine-color-default-border)", zIndex: 1 }}>
          <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => void rehearse()} loading={isBusy}>
            {t("check.check_again")}
          </Button>
          {can("scenarios.publish") && (
            <Button leftSection={<IconRocket size={16} aria-hidden />} disabled={!found?.is_good || isBusy} loading={isPublishing} onClick={() => void publish()} data-testid="publish">
              {t("check.publish")}
            </Button>
          )}
        </Group>
      </Stack>
    </Drawer>
  );
}

interface SectionProps {
  isGood: boolean;
  /** Nothing to say: neither good nor bad. */
  isQuiet?: boolean;
  /** Where it is not good, it does not stand in the way. */
  isWarning?: boolean;
  title: string;
  summary: string;
  children?: React.ReactNode;
}

function Section({ isGood, isQuiet = false, isWarning = false, title, summary, children }: SectionProps) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Group gap="sm" wrap="nowrap">
        <ThemeIcon radius="xl" size={26} color={isQuiet ? "gray" : isGood ? "teal" : isWarning ? "yellow" : "red"} variant="light">
          {isGood ? <IconCheck size={16} aria-hidden /> : isWarning ? <IconAlertTriangle size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
        </ThemeIcon>
        <div>
          <Text fw={600}>{title}</Text>
          <Text size="sm" c="dimmed">
            {summary}
          </Text>
        </div>
      </Group>
      {children}
    </Stack>
  );
}

export function Mistake({ diagnostic, onJump, isTest = false }: { diagnostic: Diagnostic; onJump: () => void; isTest?: boolean }) {
  const { t } = useTranslation();
  return (
    <Alert color={diagnostic.severity === "error" ? "red" : "yellow"} p="xs">
      <Text size="sm">
        <Anchor component="button" type="button" size="sm" fw={600} onClick={onJump}>
          {t(isTest ? "check.tests_line_n" : "check.line_n", { line: diagnostic.line })}
        </Anchor>{" "}
        {diagnostic.message.charAt(0).toUpperCase() + diagnostic.message.slice(1)} {diagnostic.hint && <Text span c="dimmed" size="sm">{diagnostic.hint}</Text>}
      </Text>
    </Alert>
  );
}

interface StoryProps {
  story: NonNullable<Rehearsed["story"]>;
  flow: Flow | null;
  vocabulary: Vocabulary;
  onPerson: (person: Person) => void;
  isBusy: boolean;
}

function Story({ story, flow, vocabulary, onPerson, isBusy }: StoryProps) {
  const { t, i18n } = useTranslation();
  const zone = vocabulary.zone;
  const at = (instant: string) => new Intl.DateTimeFormat(i18n.language, { timeZone: zone, month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(instant));
  const first = story.person.start;
  const day = (instant: string) => (first ? Math.floor((Date.parse(instant) - Date.parse(first)) / 86_400_000) : 0);
  return (
    <Stack gap="md">
      <PersonForm key={JSON.stringify(story.person)} person={story.person} vocabulary={vocabulary} onPerson={onPerson} isBusy={isBusy} />
      {story.problem && <Alert color="red">{story.problem}</Alert>}
      {!story.has_entered && !story.problem && <Alert color="yellow">{t("check.nobody_entered")}</Alert>}
      <Timeline bulletSize={22} lineWidth={2} active={-1}>
        {story.lines.map((line, n) => (
          <Timeline.Item key={n} bullet={line.mail ? <IconMail size={13} aria-hidden /> : undefined} color={line.mail ? "cyan" : "gray"} title={<Text size="sm" fw={line.mail ? 600 : 400}><Sentence text={lineWords(line, flow, i18n.language, t)} /></Text>}>
            <Text size="xs" c="dimmed">
              {t("check.day_n", { day: day(line.at) })} · {at(line.at)}
            </Text>
            {line.mail?.subject && (
              <Text size="sm" component="div">
                {t("check.subject_line")}: {line.mail.subject} <Badge size="xs" variant="outline" color="gray">{line.mail.locale}</Badge>
              </Text>
            )}
            {line.mail?.problem && (
              <Text size="sm" c="red">
                {line.mail.problem}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
      {story.standing.map((place) => (
        <Text key={place.step} size="sm">
          {t("check.still_on", { step: stepOf(flow, place.step, i18n.language, t) })}
          {place.until && ` (${at(place.until)})`}
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        {t("check.story_zone", { zone })}
      </Text>
    </Stack>
  );
}

function stepOf(flow: Flow | null, id: string, language: string, t: ReturnType<typeof useTranslation>["t"]): string {
  const step = allSteps(flow?.steps ?? []).find((one) => one.id === id);
  return step ? stepWords(step, language, t).title : id;
}

function lineWords(line: StoryLine, flow: Flow | null, language: string, t: ReturnType<typeof useTranslation>["t"]): string {
  if (line.mail) return t("check.story_mail", { template: line.mail.template });
  if (line.verb === "event") return t("check.story_event", { event: line.text.split(" ")[0] });
  if (line.verb === "wait" && line.step) return stepOf(flow, line.step, language, t);
  return line.sentence ?? `${line.verb} ${line.text}`;
}

/** With whom it is played: guessed, so that the scenario lets them in, and to be changed. */
function PersonForm({ person, vocabulary, onPerson, isBusy }: { person: Person; vocabulary: Vocabulary; onPerson: (person: Person) => void; isBusy: boolean }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(person);
  const set = (group: "contact" | "account" | "properties", name: string, value: string) => setNow((all) => ({ ...all, [group]: { ...all[group], [name]: value } }));
  const rows = (["properties", "account", "contact"] as const).flatMap((group) => Object.entries(now[group] ?? {}).filter(([name]) => name !== "email" && name !== "name").map(([name, value]) => ({ group, name, value })));
  const happens = now.happens ?? [];
  const setHappens = (next: NonNullable<Person["happens"]>) => setNow((all) => ({ ...all, happens: next }));
  return (
    <Accordion variant="contained" defaultValue={null}>
      <Accordion.Item value="person">
        <Accordion.Control>
          <Text size="sm">{t("check.person", { who: rows.map((row) => `${row.name} = ${row.value}`).slice(0, 4).join(", ") })}</Text>
        </Accordion.Control>
        <Accordion.Panel>
          <Stack gap="xs" component="form" onSubmit={(submitted: React.FormEvent) => { submitted.preventDefault(); onPerson(now); }}>
            {rows.map(({ group, name, value }) => (
              <TextInput key={`${group}.${name}`} size="xs" label={`${group === "properties" ? "trigger" : group}.${name}`} value={value} onChange={(change) => set(group, name, change.currentTarget.value)} />
            ))}
            <Text size="sm" fw={600} mt="xs">
              {t("check.happens")}
            </Text>
            {happens.map((one, at) => (
              <Group key={at} gap="xs" wrap="nowrap" align="flex-end">
                <Select size="xs" style={{ flex: 1 }} aria-label={t("check.event")} searchable data={vocabulary.events.map((event) => event.name)} value={one.event} onChange={(event) => setHappens(happens.map((other, n) => (n === at ? { ...one, event: event ?? one.event } : other)))} />
                <TextInput size="xs" w={110} type="number" min={0} step={0.5} aria-label={t("check.after_days")} rightSectionWidth={40} rightSection={<Text size="xs" c="dimmed">{t("check.days_short")}</Text>} value={String(one.after_hours / 24)} onChange={(change) => { const days = Number(change.currentTarget.value); setHappens(happens.map((other, n) => (n === at ? { ...one, after_hours: Math.max(0, days) * 24 } : other))); }} />
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setHappens(happens.filter((_, n) => n !== at))} aria-label={t("common.remove")}>
                  <IconX size={14} aria-hidden />
                </Button>
              </Group>
            ))}
            <Group justify="space-between">
              <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setHappens([...happens, { event: vocabulary.events[0]?.name ?? "login", after_hours: 24 }])}>
                {t("check.add_event")}
              </Button>
              <Button size="compact-sm" type="submit" loading={isBusy}>
                {t("check.play_again")}
              </Button>
            </Group>
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
