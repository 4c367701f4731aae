import { SegmentedControl, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { Section } from "@/components/Section";
import { ConditionBuilder } from "@/components/conditions/ConditionBuilder";
import type { Diagnostic, Vocabulary } from "../scenarios/types";
import { Preview } from "./Preview";
import { Publish } from "./Publish";
import type { Segments, Segment } from "./types";

const ConditionText = lazy(() => import("@/components/conditions/ConditionText"));

export default function FormPage() {
  const { t } = useTranslation();
  const { name } = useParams({ strict: false }) as { name?: string };
  const { data: vocabulary, error: wordless } = useApi<Vocabulary>("/vocabulary");
  // What is typed must not move while somebody looks elsewhere.
  const { data, error } = useApi<Segments>("/segments", { form: name ?? "" }, { staleTime: Infinity, refetchOnWindowFocus: false });
  const segment = data?.items.find((one) => one.name === name);
  const failed = error ?? wordless;
  if (failed) return <Problem error={failed} />;
  if (!data || !vocabulary) return <Loading rows={8} />;
  if (name !== undefined && !segment)
    return (
      <>
        <PageHeader title={name} back={{ to: "/segments", label: t("segments.title") }} />
        <Text>{t("segments.gone")}</Text>
      </>
    );
  return <Form key={name ?? ""} segment={segment} version={data.version} taken={data.items.map((one) => one.name)} vocabulary={vocabulary} />;
}

/** A name of what people call it: letters of other scripts leave nothing, and then it is typed. */
export function nameFor(title: string): string {
  return title
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}

function Form({ segment, version, taken, vocabulary }: { segment: Segment | undefined; version: number; taken: string[]; vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [title, setTitle] = useState(segment?.title ?? "");
  const [typedName, setTypedName] = useState<string | null>(segment?.name ?? null);
  const [about, setAbout] = useState(segment?.about ?? "");
  const [of, setOf] = useState<"contact" | "account">(segment?.of ?? "contact");
  const [is, setIs] = useState(segment?.is ?? "");
  const [isList, setIsList] = useState(segment?.is_list ?? false);
  const name = typedName ?? nameFor(title);
  const isTaken = !segment && taken.includes(name);
  const check = useCallback(
    async (text: string): Promise<Diagnostic[]> => {
      if (text.trim() === "") return [];
      try {
        return (await api.post<{ diagnostics: Diagnostic[] }>("/conditions/check", { condition: text, of })).diagnostics;
      } catch {
        // The server is asked again with the next key, and before anything is published.
        return [];
      }
    },
    [of],
  );
  const condition = isList ? "listed" : is;
  const isComplete = name !== "" && condition.trim() !== "" && !isTaken;
  return (
    <>
      <PageHeader title={segment ? segment.title : t("segments.new")} back={segment ? { to: `/segments/of/${segment.name}`, label: segment.title } : { to: "/segments", label: t("segments.title") }} />
      <Stack>
        <Section title={t("segments.what")}>
          <Stack gap="sm">
            <TextInput label={t("segments.form_title")} value={title} onChange={(change) => setTitle(change.currentTarget.value)} maw={480} required />
            {!segment && <TextInput label={t("segments.name")} description={t("segments.name_hint")} value={name} onChange={(change) => setTypedName(change.currentTarget.value)} error={isTaken ? t("segments.taken") : undefined} maw={480} required />}
            <Textarea label={t("segments.form_about")} value={about} onChange={(change) => setAbout(change.currentTarget.value)} autosize maw={640} />
          </Stack>
        </Section>
        <Section title={t("segments.who")}>
          <Stack gap="sm">
            <SegmentedControl w="fit-content" aria-label={t("segments.of")} value={of} onChange={(next) => setOf(next as typeof of)} data={[{ value: "contact", label: t("segments.contacts") }, { value: "account", label: t("segments.accounts") }]} />
            <SegmentedControl w="fit-content" aria-label={t("segments.how")} value={isList ? "listed" : "asked"} onChange={(next) => setIsList(next === "listed")} data={[{ value: "asked", label: t("segments.by_condition") }, { value: "listed", label: t("segments.by_list") }]} />
            {isList ? (
              <Text size="sm">{t("segments.is_list")}</Text>
            ) : (
              <ConditionBuilder
                key={of}
                value={is}
                onChange={setIs}
                vocabulary={vocabulary}
                of={of}
                hasEverybody={false}
                typed={
                  <Suspense fallback={<Loading rows={2} />}>
                    <ConditionText value={is} onChange={setIs} check={check} label={t("segments.condition")} vocabulary={vocabulary} />
                  </Suspense>
                }
              />
            )}
          </Stack>
        </Section>
        {!isList && (
          <Section title={t("segments.preview_title")}>
            <Preview condition={is} of={of} />
          </Section>
        )}
        <Section title={t("segments.publish")}>
          {isComplete ? (
            <Publish given={{ name, segment: { title, about, of, is: condition }, based_on: version }} onPublished={() => navigate({ to: `/segments/of/${name}` })} />
          ) : (
            <Text size="sm" c="dimmed">
              {t("segments.incomplete")}
            </Text>
          )}
        </Section>
      </Stack>
    </>
  );
}
