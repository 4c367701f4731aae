import { Alert, Badge, Box, Button, Card, Group, SegmentedControl, Select, Stack, Tabs, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { linter, lintGutter, type Diagnostic as Mark } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import { IconAlertTriangle, IconDeviceDesktop, IconDeviceMobile, IconMoon, IconPencil, IconPlus, IconSend, IconSun } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError, type ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { actorName } from "@/components/actor";
import { ConfirmButton } from "@/components/Confirm";
import { ContactPicker, type PickedContact } from "@/components/ContactPicker";
import { DiffView } from "@/components/DiffView";
import { Empty } from "@/components/Empty";
import { useFilters } from "@/components/filters";
import { Loading } from "@/components/Loading";
import { MailFrame } from "@/components/MailFrame";
import { say, sayFailed } from "@/components/notify";
import { PageHeader } from "@/components/PageHeader";
import { useParam } from "@/components/params";
import { Problem } from "@/components/Problem";
import { useRefresh } from "@/components/refresh";
import { Unreachable } from "@/components/Unreachable";
import { Unsaved } from "@/components/Unsaved";
import { When } from "@/components/When";
import type { Vocabulary } from "../scenarios/types";
import BlockForm from "./BlockForm";
import { starter } from "./blocks";
import { completion } from "./completion";
import classes from "./mail.module.css";
import { isLayout, languageName, partsOf, written, type Diagnostic, type Form, type Preview, type Template } from "./template";

const none: Diagnostic[] = [];
const nobody: string[] = [];
const forms: Form[] = ["html", "markdown", "blocks"];

type Language = "html" | "markdown" | "yaml" | "text";

const languageOf: Record<Form, Language> = { html: "html", markdown: "markdown", blocks: "yaml" };

const CodeEditor = lazy(() => import("@/components/CodeEditor"));

export default function TemplatePage() {
  const name = useParam("template");
  return name.includes(".") ? <OfLocale key={name} name={name} /> : <InSomeLocale base={name} />;
}

/** A template without a locale: in the reader's language, where there is that one. */
function InSomeLocale({ base }: { base: string }) {
  const { i18n } = useTranslation();
  const all = useApi<ApiPage<Template>>("/templates", { limit: 500 });
  if (!all.data) return all.error ? <Problem error={all.error} /> : <Loading rows={10} />;
  const names = all.data.items.map((one) => one.name).filter((one) => partsOf(one)[0] === base);
  const name = names.find((one) => partsOf(one)[1] === i18n.language) ?? names[0];
  return name ? <Navigate to={`/mail/templates/${name}`} replace /> : <OfLocale key={base} name={base} />;
}

function OfLocale({ name }: { name: string }) {
  const { t } = useTranslation();
  const [filter] = useFilters();
  const form = forms.find((one) => one === filter("new"));
  const found = useApi<Template>(`/templates/${name}`);
  // What somebody is writing on stays, whatever is read or published meanwhile.
  const [held, setHeld] = useState<Template | null>(null);
  // Begun here, and not published yet.
  const begun = form && found.error instanceof ApiError && found.error.status === 404
    ? { name, version: 0, published_at: "", published_by: "", form, text: starter(form, filter("subject") ?? partsOf(name)[0]), text_part: null }
    : undefined;
  const template = held ?? found.data ?? begun;
  if (!template && found.error) return <Unreachable title={name} back={{ to: "/mail", label: t("mail.templates") }} error={found.error} retry={() => void found.refetch()} />;
  if (!template) return <Loading rows={10} />;
  // Another version of it begins anew.
  return <Shown key={template.version} template={template} newer={held && found.data && found.data.version > held.version ? found.data : null} onEditing={setHeld} />;
}

function Shown({ template, newer, onEditing }: {
  template: Template;
  /** What somebody else published meanwhile. */
  newer: Template | null;
  /** Told what is being written on; null where nothing is. */
  onEditing: (template: Template | null) => void;
}) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [base, locale] = partsOf(template.name);
  const isNew = template.version === 0;
  const published = template.text ?? "";
  const publishedPart = template.text_part ?? "";
  const [text, setText] = useState(published);
  const [part, setPart] = useState(publishedPart);
  const [isEditing, setEditing] = useState(isNew);
  const { data: vocabulary } = useApi<Vocabulary>("/vocabulary");
  const [contact, setContact] = useState<PickedContact | null>(null);
  const [settled] = useDebouncedValue(text, 300);
  const [settledPart] = useDebouncedValue(part, 300);
  const isWritten = text !== published || part !== publishedPart;
  const isChanged = isNew || isWritten;
  // What was published or given up is not lost by leaving.
  const isDone = useRef(false);
  useEffect(() => onEditing(isEditing && !isDone.current ? template : null), [isEditing, template, onEditing]);

  const all = useApi<ApiPage<Template>>("/templates", { limit: 500 });
  const locales = all.data?.items.filter((one) => partsOf(one.name)[0] === base).map((one) => partsOf(one.name)[1]) ?? [locale];
  const preview = useQuery<Preview, ApiError>({
    queryKey: ["/templates/preview", template.name, contact?.id ?? null, settled, settledPart],
    queryFn: () => api.post<Preview>(`/templates/${template.name}/preview`, {
        ...(!isNew && settled === published && settledPart === publishedPart ? { text: null } : { text: settled, text_part: settledPart || null, form: template.form }),
        contact_id: contact?.id ?? null,
      }),
    placeholderData: (before) => before,
  });
  const problems = preview.data?.problems ?? none;
  const hasErrors = problems.some((problem) => problem.severity === "error");

  const publish = async () => {
    await api.put(`/templates/${template.name}`, { text, form: template.form, text_part: part || null });
    say(t("mail.is_published"));
    refresh("/templates");
    isDone.current = true;
    onEditing(null);
    if (isNew) void navigate({ to: `/mail/templates/${template.name}`, search: {} as never });
  };
  const giveUp = async () => {
    isDone.current = true;
    if (isNew) return navigate({ to: "/mail" });
    setText(published);
    setPart(publishedPart);
    setEditing(false);
  };
  const [isTesting, setTesting] = useState(false);
  const test = async () => {
    setTesting(true);
    try {
      const tested = await api.post<{ is_sent: boolean; to: string; subject: string; reply: string }>(`/templates/${template.name}/test`, {
        ...(isChanged ? { text, form: template.form, text_part: part || null } : { text: null }),
        contact_id: contact?.id ?? null,
      });
      if (tested.is_sent) say(t("mail.test_sent", { to: tested.to }));
      else sayFailed(new Error(t("mail.test_failed", { reply: tested.reply })));
    } catch (error) {
      sayFailed(error);
    } finally {
      setTesting(false);
    }
  };

  return (
    <>
      <Unsaved isLost={() => isEditing && isWritten && !isDone.current} question={t("mail.discard_question")} consequence={t("mail.discard_consequence")} act={t("mail.discard")} />
      <PageHeader
        title={base}
        back={{ to: "/mail", label: t("mail.templates") }}
        badges={
          <>
            {isLayout(base) && <Badge color="gray">{t("mail.layout")}</Badge>}
            {isChanged && <Badge color="yellow">{t("mail.not_published")}</Badge>}
          </>
        }
        description={
          isNew ? undefined : <Text size="sm">
            {t("mail.version_by", { version: template.version, by: actorName(template.published_by, t) })} <When at={template.published_at} />
          </Text>
        }
        actions={
          <>
            {can("sends.test") && !isLayout(base) && (
              <Button variant="default" leftSection={<IconSend size={16} aria-hidden />} onClick={() => void test()} loading={isTesting} disabled={hasErrors}>
                {t("mail.test")}
              </Button>
            )}
            {can("templates.write") && !isEditing && (
              <Button
                leftSection={<IconPencil size={16} aria-hidden />}
                onClick={() => {
                  isDone.current = false;
                  setEditing(true);
                }}
              >
                {t("common.edit")}
              </Button>
            )}
            {isEditing && (
              <>
                {isWritten ? (
                  <ConfirmButton variant="default" question={t("mail.discard_question")} consequence={t("mail.discard_consequence")} act={t("mail.discard")} onConfirm={giveUp}>
                    {t("common.cancel")}
                  </ConfirmButton>
                ) : (
                  <Button variant="default" onClick={() => void giveUp()}>
                    {t("common.cancel")}
                  </Button>
                )}
                <ConfirmButton
                  color="cyan"
                  disabled={!isChanged || hasErrors}
                  question={t("mail.publish_question", { name: template.name })}
                  consequence={t("mail.publish_consequence")}
                  act={t("mail.publish")}
                  onConfirm={publish}
                >
                  {t("mail.publish")}
                </ConfirmButton>
              </>
            )}
          </>
        }
      />
      <Group mb="md" gap="md" align="flex-end">
        <SegmentedControl
          aria-label={t("mail.languages")}
          value={locale}
          onChange={(chosen) => void navigate({ to: `/mail/templates/${base}.${chosen}` })}
          data={[...new Set([...locales, locale])].map((one) => ({ value: one, label: languageName(one, i18n.language) }))}
        />
        {can("templates.write") && !isNew && !isLayout(base) && all.data && written.filter((one) => !locales.includes(one)).map((one) => (
          <Button key={one} variant="subtle" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => void navigate({ to: `/mail/templates/${base}.${one}`, search: { new: template.form, subject: preview.data?.subject ?? base } as never })}>
            {t("mail.add_language", { language: languageName(one, i18n.language) })}
          </Button>
        ))}
        {!isLayout(base) && (
          <Box w={{ base: "100%", xs: 300 }}>
            <ContactPicker value={contact} onChange={setContact} label={t("mail.as_seen_by")} nobody={t("mail.invented")} />
          </Box>
        )}
      </Group>
      <Box className={isEditing ? classes.split : undefined}>
        {isEditing && (
          <Stack gap="sm">
            <Writing
              template={template}
              text={text}
              onText={setText}
              part={part}
              onPart={setPart}
              problems={settled === text && settledPart === part ? problems : none}
              vocabulary={vocabulary}
            />
          </Stack>
        )}
        <Stack gap="sm" style={{ minWidth: 0 }} className={isEditing ? classes.beside : undefined}>
          {newer && (
            <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t("mail.newer", { version: newer.version, by: actorName(newer.published_by, t) })}>
              {t("mail.newer_text")}
            </Alert>
          )}
          {problems.length > 0 && <Problems problems={problems} />}
          {isLayout(base) ? (
            !isEditing && <Source text={published} form={template.form} />
          ) : preview.error && !preview.data ? (
            <Problem error={preview.error} retry={() => void preview.refetch()} />
          ) : (
            <PreviewCard preview={preview.data} template={template} text={isEditing ? text : null} />
          )}
        </Stack>
      </Box>
    </>
  );
}

/** The form, the source or the text part: whichever suits who writes. */
function Writing({ template, text, onText, part, onPart, problems, vocabulary }: {
  template: Template;
  text: string;
  onText: (text: string) => void;
  part: string;
  onPart: (text: string) => void;
  problems: Diagnostic[];
  vocabulary: Vocabulary | undefined;
}) {
  const { t } = useTranslation();
  const [way, setWay] = useState(template.form === "blocks" ? "form" : "source");
  const ofPart = (problem: Diagnostic) => problem.file.endsWith(".txt");
  return (
    <>
      {!isLayout(partsOf(template.name)[0]) && (
        <SegmentedControl
          aria-label={t("mail.way")}
          value={way}
          onChange={setWay}
          data={[...(template.form === "blocks" ? [{ value: "form", label: t("mail.form") }] : []), { value: "source", label: t("mail.source") }, { value: "part", label: t("mail.text_part") }]}
        />
      )}
      {way === "form" ? (
        <BlockForm text={text} onChange={onText} identities={vocabulary?.identities ?? nobody} vocabulary={vocabulary} problems={problems} />
      ) : (
        <Card padding={0} style={{ overflow: "hidden" }}>
          <Suspense fallback={<Loading rows={12} />}>
            {way === "source" ? (
              <Editor key="source" text={text} onChange={onText} problems={problems.filter((problem) => !ofPart(problem))} language={languageOf[template.form]} label={t("mail.source_of", { name: template.name })} vocabulary={vocabulary} />
            ) : (
              <Editor key="part" text={part} onChange={onPart} problems={problems.filter(ofPart)} language="text" label={t("mail.text_part_of", { name: template.name })} vocabulary={vocabulary} />
            )}
          </Suspense>
        </Card>
      )}
      {way === "part" && (
        <Text size="sm" c="dimmed">
          {t("mail.text_part_about")}
        </Text>
      )}
    </>
  );
}

function PreviewCard({ preview, template, text }: { preview: Preview | undefined; template: Template; text: string | null }) {
  const { t } = useTranslation();
  const [width, setWidth] = useState<string>("desktop");
  const [scheme, setScheme] = useState<"light" | "dark">("light");
  const published = template.text ?? "";
  if (!preview) return <Loading rows={10} />;
  return (
    <Card padding={0}>
      <Stack gap={4} p="md" style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
        <Text size="xs" c="dimmed">
          {t("mail.from")} {preview.from}
          {preview.contact?.email && (
            <>
              {" · "}
              {t("mail.to")} {preview.contact.email}
            </>
          )}
          {preview.reply_to && (
            <>
              {" · "}
              {t("mail.answers_to")} {preview.reply_to}
            </>
          )}
        </Text>
        <Title order={2} fz="lg">
          {preview.subject ?? t("mail.no_subject")}
        </Title>
        {preview.subjects.slice(1).map((one) => (
          <Text key={one.arm} size="sm">
            {t("mail.or_subject", { arm: one.arm, subject: one.subject })}
          </Text>
        ))}
        {preview.preheader && (
          <Text size="sm" c="dimmed">
            {preview.preheader}
          </Text>
        )}
      </Stack>
      <Tabs defaultValue="html" keepMounted={false}>
        <Group justify="space-between" px="md" pt="xs" gap="xs">
          <Tabs.List>
            <Tabs.Tab value="html">{t("mail.preview")}</Tabs.Tab>
            <Tabs.Tab value="text">{t("mail.plain_text")}</Tabs.Tab>
            {text === null && <Tabs.Tab value="source">{t("mail.source")}</Tabs.Tab>}
            {template.version > 0 && (text !== null || template.version > 1) && <Tabs.Tab value="versions">{t(text === null ? "mail.versions" : "mail.changes")}</Tabs.Tab>}
          </Tabs.List>
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              value={scheme}
              onChange={(value) => setScheme(value === "dark" ? "dark" : "light")}
              aria-label={t("mail.scheme")}
              data={[
                { value: "light", label: <Width icon={<IconSun size={16} aria-hidden />} label={t("mail.light")} /> },
                { value: "dark", label: <Width icon={<IconMoon size={16} aria-hidden />} label={t("mail.dark")} /> },
              ]}
            />
            <SegmentedControl
              size="xs"
              value={width}
              onChange={setWidth}
              aria-label={t("mail.width")}
              data={[
                { value: "desktop", label: <Width icon={<IconDeviceDesktop size={16} aria-hidden />} label={t("mail.desktop")} /> },
                { value: "phone", label: <Width icon={<IconDeviceMobile size={16} aria-hidden />} label={t("mail.phone")} /> },
              ]}
            />
          </Group>
        </Group>
        <Tabs.Panel value="html" p="md">
          {preview.html === null ? (
            <Empty icon={IconAlertTriangle} title={t("mail.no_preview")}>
              {t("mail.no_preview_text")}
            </Empty>
          ) : (
            <Box className={width === "phone" ? classes.phone : classes.desktop}>
              <MailFrame html={preview.html} title={t("mail.preview_of", { subject: preview.subject ?? "" })} width={width === "phone" ? 375 : "100%"} scheme={scheme} />
            </Box>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="text" p="md">
          <Plain text={preview.text ?? ""} width={width === "phone" ? 375 : undefined} />
        </Tabs.Panel>
        {text === null && (
          <Tabs.Panel value="source">
            <Source text={published} form={template.form} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="versions" p="md">
          {text === null ? <Versions template={template} /> : <DiffView before={published} after={text} />}
        </Tabs.Panel>
      </Tabs>
    </Card>
  );
}

/** Two versions beside each other, the last change first. */
function Versions({ template }: { template: Template }) {
  const { t } = useTranslation();
  const [newer, setNewer] = useState(String(template.version));
  const [older, setOlder] = useState(String(template.version - 1));
  const versions = useApi<Template[]>(`/templates/${template.name}/versions`);
  if (versions.error) return <Problem error={versions.error} retry={() => void versions.refetch()} />;
  if (!versions.data) return <Loading />;
  const choices = versions.data.map((one) => ({ value: String(one.version), label: t("mail.version_n", { version: one.version, by: actorName(one.published_by, t) }) }));
  const of = (version: string) => versions.data.find((one) => String(one.version) === version);
  const [before, after] = [of(older), of(newer)];
  return (
    <Stack gap="sm">
      <Group align="flex-end">
        <Select label={t("mail.compare")} data={choices} value={older} onChange={(value) => value && setOlder(value)} allowDeselect={false} w={{ base: "100%", xs: 340 }} />
        <Select label={t("mail.compare_with")} data={choices} value={newer} onChange={(value) => value && setNewer(value)} allowDeselect={false} w={{ base: "100%", xs: 340 }} />
      </Group>
      {after && (
        <Text size="sm" c="dimmed">
          <When at={after.published_at} />
        </Text>
      )}
      <DiffView before={before?.text ?? ""} after={after?.text ?? ""} />
      {(before?.text_part ?? "") !== (after?.text_part ?? "") && (
        <>
          <Title order={3} fz="sm">
            {t("mail.text_part")}
          </Title>
          <DiffView before={before?.text_part ?? ""} after={after?.text_part ?? ""} />
        </>
      )}
    </Stack>
  );
}

function Width({ icon, label }: { icon: React.ReactNode; label: string }) {
  return (
    <Group gap={6} wrap="nowrap">
      {icon}
      <span>{label}</span>
    </Group>
  );
}

/** Text as a mail reader without HTML shows it. */
export function Plain({ text, width }: { text: string; width?: number }) {
  return (
    <Box component="pre" m={0} p="md" className={classes.plain} style={{ maxWidth: width }}>
      {text}
    </Box>
  );
}

function Source({ text, form }: { text: string; form: Form }) {
  const { t } = useTranslation();
  return (
    <Suspense fallback={<Loading rows={12} />}>
      <CodeEditor value={text} language={languageOf[form]} hasCode label={t("mail.source")} isReadOnly height="auto" />
    </Suspense>
  );
}

function Problems({ problems }: { problems: Diagnostic[] }) {
  const { t } = useTranslation();
  const hasErrors = problems.some((problem) => problem.severity === "error");
  return (
    <Alert color={hasErrors ? "red" : "yellow"} icon={<IconAlertTriangle aria-hidden />} title={t(hasErrors ? "mail.problems" : "mail.warnings", { count: problems.length })}>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {problems.map((problem) => (
          <li key={`${problem.line}:${problem.column}:${problem.message}`}>
            <Text size="sm">
              <Text span fw={600} inherit>
                {t("mail.line", { line: problem.line })}
              </Text>{" "}
              {problem.message}
            </Text>
            {problem.hint && (
              <Text size="xs" c="dimmed">
                {problem.hint}
              </Text>
            )}
          </li>
        ))}
      </Stack>
    </Alert>
  );
}

/** Marks what is wrong where it is, as the server saw it last; offers the names that may stand there. */
function Editor({ text, onChange, problems, language, label, vocabulary }: {
  text: string;
  onChange: (text: string) => void;
  problems: Diagnostic[];
  language: Language;
  label: string;
  vocabulary: Vocabulary | undefined;
}) {
  const extensions = useMemo(
    () => [lintGutter(), linter((editor) => problems.flatMap((problem) => markOf(problem, editor)), { delay: 0 }), ...(vocabulary ? [completion(vocabulary)] : [])],
    [problems, vocabulary],
  );
  return <CodeEditor value={text} onChange={onChange} language={language} hasCode label={label} height="640px" extensions={extensions} />;
}

function markOf(problem: Diagnostic, editor: EditorView): Mark[] {
  const { doc } = editor.state;
  if (problem.line < 1 || problem.line > doc.lines) return [];
  const line = doc.line(problem.line);
  const from = Math.min(line.from + Math.max(0, problem.column - 1), line.to);
  const to = problem.length ? Math.min(from + problem.length, doc.length) : line.to;
  return [{ from, to: Math.max(from, to), severity: problem.severity, message: problem.hint ? `${problem.message}\n${problem.hint}` : problem.message }];
}
