import { Alert, Autocomplete, Button, Card, Group, Paper, Select, SimpleGrid, Stack, Text, TextInput, ThemeIcon, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowRight, IconFile, IconRoute } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError, type ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useMe } from "@/api/me";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { FlowPanel } from "./flow/FlowPanel";
import type { Checked, GalleryEntry, Vocabulary } from "./types";

/** A new scenario: from the gallery, with a short form; or from nothing. */
export default function NewPage() {
  const { t, i18n } = useTranslation();
  const { data: gallery, error, refetch } = useApi<ApiPage<GalleryEntry>>("/gallery");
  const { data: vocabulary, error: wordless } = useApi<Vocabulary>("/vocabulary");
  const [chosen, choose] = useState<GalleryEntry | "nothing" | null>(null);
  const failure = error ?? wordless;

  if (failure)
    return (
      <>
        <PageHeader title={t("scenarios.new")} back={{ to: "/scenarios", label: t("scenarios.title") }} />
        <Problem error={failure} retry={() => void refetch()} />
      </>
    );
  if (!gallery || !vocabulary) return <Loading rows={8} />;
  const language = i18n.language === "ja" ? "ja" : "en";
  const entries: { key: string; title: string; about: string; entry: GalleryEntry | "nothing" }[] = [
    ...gallery.items.map((entry) => ({ key: entry.name, title: entry.title[language] ?? entry.name, about: entry.about[language] ?? "", entry })),
    { key: "nothing", title: t("editing.from_nothing"), about: t("editing.from_nothing_text"), entry: "nothing" as const },
  ];
  return (
    <>
      <PageHeader title={t("scenarios.new")} description={t("scenarios.new_text")} back={{ to: "/scenarios", label: t("scenarios.title") }} />
      {chosen === null ? (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {entries.map(({ key, title, about, entry }) => (
            <Card key={key} component="button" type="button" onClick={() => choose(entry)} style={{ textAlign: "start", cursor: "pointer", font: "inherit", color: "inherit" }} data-testid={`gallery-${key}`}>
              <Group gap="sm" wrap="nowrap" align="flex-start">
                <ThemeIcon variant="light" color={key === "nothing" ? "gray" : undefined} size={36}>
                  {key === "nothing" ? <IconFile size={20} aria-hidden /> : <IconRoute size={20} aria-hidden />}
                </ThemeIcon>
                <div style={{ flex: 1, minWidth: 0 }}>
                  <Text fw={600}>{title}</Text>
                  <Text size="sm" c="dimmed">
                    {about}
                  </Text>
                </div>
                <IconArrowRight size={18} aria-hidden style={{ flexShrink: 0, marginTop: 3 }} />
              </Group>
            </Card>
          ))}
        </SimpleGrid>
      ) : (
        <Form key={chosen === "nothing" ? "nothing" : chosen.name} entry={chosen} vocabulary={vocabulary} language={language} onBack={() => choose(null)} />
      )}
    </>
  );
}

/** Small letters, digits and dashes; empty where the title has none. */
export function nameOf(title: string): string {
  return title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}

function fromNothing(name: string, title: string, owner: string, vocabulary: Vocabulary): string {
  const template = vocabulary.templates[0]?.name ?? "welcome";
  const [event, done] = [vocabulary.events.find((one) => one.name === "signed_up")?.name ?? vocabulary.events[0]?.name ?? "signed_up", vocabulary.events.find((one) => one.name === "login")?.name ?? vocabulary.events[1]?.name ?? "login"];
  const quoted = /^[\p{L}\p{N}][\p{L}\p{N} @._-]*$/u.test(title) ? title : `'${title.replace(/'/g, "''")}'`;
  return `scenario: ${name}\ntitle: ${quoted}\nowner: ${owner}\nclass: service\n\ntrigger:\n  event: ${event}\n\ngoal:\n  when: event("${done}")\n  within: 14d\n\nsteps:\n  - send: ${template}\n`;
}

interface FormProps {
  entry: GalleryEntry | "nothing";
  vocabulary: Vocabulary;
  language: "en" | "ja";
  onBack: () => void;
}

function Form({ entry, vocabulary, language, onBack }: FormProps) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const parameters = entry === "nothing" ? [] : entry.parameters;
  const standard = entry === "nothing" ? "" : (entry.title[language] ?? "");
  const [title, setTitle] = useState(standard);
  const [ownName, setOwnName] = useState<string | null>(null);
  const [values, setValues] = useState<Record<string, string>>(Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default])));
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const name = ownName ?? (nameOf(title) || (entry === "nothing" ? "" : entry.name));
  const owner = me.email ?? "marketing@example.com";
  const [asked] = useDebouncedValue(JSON.stringify({ ...values, name: name || "unnamed", title: title || "–", owner }), 300);

  const filled = useQuery({
    queryKey: ["/gallery", entry === "nothing" ? "nothing" : entry.name, asked],
    queryFn: async () => {
      const given = JSON.parse(asked) as Record<string, string>;
      const text = entry === "nothing" ? fromNothing(given["name"]!, given["title"]!, given["owner"]!, vocabulary) : (await api.post<{ text: string }>(`/gallery/${entry.name}`, { values: given })).text;
      return { text, checked: await api.post<Checked>("/scenarios/check", { text }) };
    },
    retry: false,
    placeholderData: (before) => before,
  });
  const problems = filled.error instanceof ApiError ? ((filled.error.problem["problems"] ?? {}) as Record<string, string>) : {};
  const mistakes = filled.data?.checked.diagnostics.filter((one) => one.severity === "error") ?? [];

  const create = async () => {
    setBusy(true);
    setError(null);
    try {
      // Another scenario of the name must not be taken for this one.
      const taken = await api.get(`/scenarios/${name}`).then(
        () => true,
        (refused: unknown) => {
          if (refused instanceof ApiError && refused.status === 404) return false;
          throw refused;
        },
      );
      if (taken) throw new Error(t("editing.name_taken", { name }));
      const text = entry === "nothing" ? fromNothing(name, title, owner, vocabulary) : (await api.post<{ text: string }>(`/gallery/${entry.name}`, { values: { ...values, name, title, owner } })).text;
      await api.put(`/drafts/${name}`, { text });
      await navigate({ to: `/scenarios/${name}/edit` });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Paper p="lg">
        <Stack
          component="form"
          onSubmit={(submitted: React.FormEvent) => {
            submitted.preventDefault();
            void create();
          }}
        >
          <Title order={2}>{entry === "nothing" ? t("editing.from_nothing") : entry.title[language]}</Title>
          <TextInput label={t("editing.field_title")} description={t("editing.title_hint")} required value={title} onChange={(change) => setTitle(change.currentTarget.value)} data-autofocus />
          <TextInput label={t("editing.field_name")} description={t("editing.name_hint")} required value={name} pattern="[a-z0-9][a-z0-9_\-]*" onChange={(change) => setOwnName(change.currentTarget.value)} error={problems["name"] && t("editing.bad_name")} />
          {parameters.map((parameter) => (
            <Parameter key={parameter.name} parameter={parameter} label={parameter.title[language] ?? parameter.name} value={values[parameter.name] ?? ""} vocabulary={vocabulary} error={problems[parameter.name]} onChange={(value) => setValues((all) => ({ ...all, [parameter.name]: value }))} />
          ))}
          {mistakes.map((mistake) => (
            <Alert key={`${mistake.line}${mistake.code}`} color="yellow">
              {mistake.message} {mistake.hint}
            </Alert>
          ))}
          {error !== null && <Problem error={error} />}
          <Group justify="space-between">
            <Button variant="default" onClick={onBack}>
              {t("common.back")}
            </Button>
            <Button type="submit" loading={isBusy} disabled={!name || !title}>
              {t("editing.create_draft")}
            </Button>
          </Group>
          <Text size="sm" c="dimmed">
            {t("editing.create_draft_text")}
          </Text>
        </Stack>
      </Paper>
      <div style={{ minWidth: 0 }}>{filled.data?.checked.flow ? <FlowPanel flow={filled.data.checked.flow} height="75vh" /> : filled.isPending ? <Loading rows={8} /> : null}</div>
    </SimpleGrid>
  );
}

interface ParameterProps {
  parameter: GalleryEntry["parameters"][number];
  label: string;
  value: string;
  vocabulary: Vocabulary;
  error?: string;
  onChange: (value: string) => void;
}

function Parameter({ parameter, label, value, vocabulary, error, onChange }: ParameterProps) {
  const { t } = useTranslation();
  const common = { label, error, required: !parameter.is_optional };
  switch (parameter.is) {
    case "template":
      return <Select {...common} searchable data={[...new Set([...vocabulary.templates.map((template) => template.name), value])]} value={value} onChange={(next) => onChange(next ?? "")} />;
    case "event":
      return <Select {...common} searchable data={[...new Set([...vocabulary.events.map((event) => event.name), value])]} value={value} onChange={(next) => onChange(next ?? "")} />;
    case "length":
      return <Autocomplete {...common} data={["1d", "2d", "3d", "5d", "7d", "14d", "30d"]} value={value} onChange={onChange} description={t("editing.hint_length")} />;
    case "time":
      return <TextInput {...common} type="time" value={value} onChange={(change) => onChange(change.currentTarget.value)} />;
    case "topic":
      return <Autocomplete {...common} data={vocabulary.topics} value={value} onChange={onChange} />;
    case "condition":
      return <TextInput {...common} value={value} onChange={(change) => onChange(change.currentTarget.value)} description={t("editing.hint_condition")} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} />;
    default:
      return <TextInput {...common} value={value} onChange={(change) => onChange(change.currentTarget.value)} />;
  }
}
