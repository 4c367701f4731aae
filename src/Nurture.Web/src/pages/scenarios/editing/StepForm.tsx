import { ActionIcon, Alert, Autocomplete, Button, Code, Group, Menu, MultiSelect, Select, Stack, Text, TextInput, ThemeIcon, Title, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { stepKinds, triggerKinds, unknownKind, type Field } from "../kinds";
import type { Flow, FlowStep, Vocabulary } from "../types";
import { stepWords, triggerWords } from "../flow/sentences";
import { SubjectTestFields } from "../subjects/SubjectTestFields";
import { insertStep, moveStep, newSteps, removeStep, setArm, setEvents, setHead, setStepValue, setSubjectTest, subjectTestOf, type Edit } from "./stepText";

interface Props {
  text: string;
  flow: Flow;
  /** `trigger`, or the step. */
  step: FlowStep | "trigger";
  vocabulary: Vocabulary;
  isAccount: boolean;
  onEdit: (text: string) => void;
  /** Selects what stands at this place of the text; null for nothing. */
  onSelect: (at: number | null) => void;
}

/** The values of one step as fields. Each change is a change of the text, and of nothing but that value. */
export function StepForm({ text, flow, step, vocabulary, isAccount, onEdit, onSelect }: Props) {
  const { t, i18n } = useTranslation();
  const [isBeyond, setBeyond] = useState(false);
  const at = step === "trigger" ? -1 : step.at.start;

  const edit = (edited: Edit) => {
    setBeyond(edited === null);
    if (edited !== null && edited !== text) onEdit(edited);
  };
  const kind = step === "trigger" ? (triggerKinds[flow.trigger.kind] ?? unknownKind) : (stepKinds[step.kind] ?? unknownKind);
  const words = step === "trigger" ? triggerWords(flow, i18n.language, t) : stepWords(step, i18n.language, t);
  const Icon = kind.icon;
  const template = vocabulary.templates[0]?.name ?? "welcome";
  const event = vocabulary.events.find((one) => one.is_account_fact === isAccount)?.name ?? vocabulary.events[0]?.name ?? "login";

  const escalation = vocabulary.escalations[0]?.name;
  const kindsToAdd = Object.keys(newSteps).filter((what) => what !== "escalate" || escalation !== undefined);
  const add = (what: string) => edit(insertStep(text, step === "trigger" ? null : at, newSteps[what]!(template, event, isAccount).replace("onboarding_stalled", escalation ?? "")));
  const move = (by: -1 | 1) => {
    const moved = moveStep(text, at, by);
    setBeyond(moved === null);
    if (!moved) return;
    onEdit(moved.text);
    onSelect(moved.at);
  };
  const remove = () => {
    edit(removeStep(text, at));
    onSelect(null);
  };

  return (
    <Stack gap="sm" data-testid="step-form">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
          <ThemeIcon variant="light" color={kind.color}>
            <Icon size={17} aria-hidden />
          </ThemeIcon>
          <Title order={3} style={{ minWidth: 0 }}>
            {words.title}
          </Title>
        </Group>
        <Tooltip label={t("common.close")}>
          <ActionIcon variant="subtle" color="gray" onClick={() => onSelect(null)} aria-label={t("common.close")}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>

      {step !== "trigger" && kind.fields.map((field) =>
        field.is === "subject_test" ? (
          <TestedSubjects key={`${at}-${field.key}`} step={step} vocabulary={vocabulary} onChange={(arms, share, after) => edit(setSubjectTest(text, at, arms, share, after))} />
        ) : (
          <FieldInput key={`${at}-${field.key}`} field={field} value={valueOf(step, field)} vocabulary={vocabulary} isAccount={isAccount} onChange={(value) => edit(setStepValue(text, at, field.key, value))} />
        ),
      )}
      {step !== "trigger" &&
        step.ways.map((way, arm) =>
          way.kind === "if" ? (
            <FieldInput
              key={`${at}-arm-${arm}`}
              field={{ key: "arm", is: "condition" }}
              label={t("editing.way_if", { number: arm + 1 })}
              value={way.condition ?? ""}
              vocabulary={vocabulary}
              isAccount={isAccount}
              onChange={(value) => edit(setArm(text, at, arm, value))}
            />
          ) : null,
        )}
      {step === "trigger" && (
        <>
          {kind.fields.map((field) => (
            <FieldInput
              key={`trigger-${field.key}`}
              field={field}
              value={flow.trigger.says[field.key] ?? ""}
              vocabulary={vocabulary}
              isAccount={isAccount}
              onChange={(value) => edit(field.is === "events" || field.is === "bands" ? setEvents(text, field.key, value.split(", ").filter(Boolean)) : setHead(text, "trigger", field.key, value))}
            />
          ))}
          <FieldInput field={{ key: "audience", is: "condition", isOptional: true }} value={flow.audience ?? ""} vocabulary={vocabulary} isAccount={isAccount} onChange={(value) => edit(setHead(text, "audience", null, value))} />
          <FieldInput field={{ key: "goal", is: "condition" }} value={flow.goal?.when ?? ""} vocabulary={vocabulary} isAccount={isAccount} onChange={(value) => edit(setHead(text, "goal", "when", value))} />
          {flow.goal && <FieldInput field={{ key: "within", is: "length", isOptional: true }} value={flow.goal.within ?? ""} vocabulary={vocabulary} isAccount={isAccount} onChange={(value) => edit(setHead(text, "goal", "within", value))} />}
        </>
      )}
      {step !== "trigger" && kind.fields.length === 0 && step.ways.length === 0 && <Text size="sm">{t("editing.edit_in_text")}</Text>}
      {isBeyond && (
        <Alert color="yellow" role="status">
          {t("editing.edit_in_text")}
        </Alert>
      )}

      <Group gap="xs" mt="xs">
        <Menu position="bottom-start" withinPortal>
          <Menu.Target>
            <Button size="xs" variant="light" leftSection={<IconPlus size={14} aria-hidden />}>
              {t(step === "trigger" ? "editing.add_first" : "editing.add_after")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {kindsToAdd.map((what) => {
              const AddIcon = (stepKinds[what] ?? unknownKind).icon;
              return (
                <Menu.Item key={what} leftSection={<AddIcon size={16} aria-hidden />} onClick={() => add(what)}>
                  {t(`flow.step_${what}`)}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
        {step !== "trigger" && (
          <>
            <Tooltip label={t("editing.move_up")}>
              <ActionIcon variant="default" onClick={() => move(-1)} aria-label={t("editing.move_up")}>
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t("editing.move_down")}>
              <ActionIcon variant="default" onClick={() => move(1)} aria-label={t("editing.move_down")}>
                <IconArrowDown size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t("common.remove")}>
              <ActionIcon variant="default" color="red" onClick={remove} aria-label={t("common.remove")}>
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
      </Group>
      {step !== "trigger" && (
        <Text size="xs" c="dimmed">
          {t("editing.stands_at", { line: step.at.line })} <Code>{step.id}</Code>
        </Text>
      )}
    </Stack>
  );
}

function valueOf(step: FlowStep, field: Field): string {
  return step.says[field.key === "end" ? "reason" : field.key] ?? "";
}

function TestedSubjects({ step, vocabulary, onChange }: { step: FlowStep; vocabulary: Vocabulary; onChange: (arms: string[], share: string, after: string) => void }) {
  const said = subjectTestOf(step.says["subject_test"]);
  const arms = said?.arms ?? vocabulary.templates.find((template) => template.name === step.says["template"])?.subjects ?? [];
  return <SubjectTestFields arms={arms} share={said?.share ?? ""} after={said?.after ?? ""} onChange={(share, after) => onChange(arms, share, after)} />;
}

interface InputProps {
  field: Field;
  label?: string;
  value: string;
  vocabulary: Vocabulary;
  isAccount: boolean;
  onChange: (value: string) => void;
}

/** One value. What is typed goes into the text when the field is left or Enter is pressed; what is chosen, at once. */
function FieldInput({ field, label, value, vocabulary, isAccount, onChange }: InputProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  // The text says something else now: that is what counts.
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  const name = label ?? t(`editing.field_${field.word ?? field.key}`);
  const common = { label: name, required: !field.isOptional };
  const commit = (next: string) => {
    if (next.trim() !== value) onChange(next.trim());
  };
  const chosen = (next: string | null) => {
    setTyped(next ?? "");
    if ((next ?? "") !== value) onChange(next ?? "");
  };
  if (typeof field.is === "object")
    return <Select {...common} data={field.is.words.map((word) => ({ value: word, label: t(`flow.word_${word}`) }))} value={typed || null} placeholder={t("editing.standard")} clearable={!!field.isOptional} onChange={chosen} />;
  switch (field.is) {
    case "template":
      return <Select {...common} searchable data={vocabulary.templates.map((template) => template.name)} value={typed || null} onChange={chosen} nothingFoundMessage={t("common.nothing_found")} />;
    case "segment":
      return <Select {...common} data={withOwn(vocabulary.segments.map((segment) => segment.name), [typed]).map((name) => ({ value: name, label: vocabulary.segments.find((one) => one.name === name)?.title ?? name }))} value={typed || null} onChange={chosen} />;
    case "scenario":
      return <Select {...common} searchable data={withOwn(vocabulary.scenarios, [typed])} value={typed || null} onChange={chosen} nothingFoundMessage={t("common.nothing_found")} />;
    case "events":
      return <MultiSelect {...common} searchable data={withOwn(vocabulary.events.map((event) => event.name), typed.split(", "))} value={typed.split(", ").filter(Boolean)} onChange={(events) => events.length > 0 && chosen(events.join(", "))} />;
    case "escalation":
      return <Select {...common} data={withOwn(vocabulary.escalations.map((type) => type.name), [typed]).map((type) => ({ value: type, label: vocabulary.escalations.find((one) => one.name === type)?.title ?? type }))} value={typed || null} onChange={chosen} />;
    case "bands":
      return <MultiSelect {...common} data={["healthy", "watch", "at_risk", "unknown"].map((band) => ({ value: band, label: t(`common.band.${band}`) }))} value={typed.split(", ").filter(Boolean)} onChange={(bands) => bands.length > 0 && chosen(bands.join(", "))} />;
    case "date": {
      const dates = (["contact", "account"] as const).flatMap((root) => vocabulary[root].filter((one) => one.type === "date" || one.type === "instant").map((one) => `${root}.${one.name}`));
      return <Select {...common} data={withOwn(dates, [typed])} value={typed || null} onChange={chosen} />;
    }
    default: {
      const options =
        field.is === "recipients"
          ? [...vocabulary.recipients.map((who) => who.replace(/^'|'$/g, "")), ...(field.key === "nobody" ? ["task", "end"] : [])]
          : field.is === "length"
            ? ["1h", "1d", "2d", "3d", "5d", "7d", "14d", "30d", "2bd"]
            : field.is === "offset"
              ? ["-90d", "-30d", "-7d", "-1d", "-1h", "1d", "2bd"]
            : field.is === "time"
              ? ["09:00", "10:00", "13:00", "17:00"]
              : field.is === "topic"
                ? vocabulary.topics
                : field.is === "attribute"
                  ? (["account", ...(isAccount ? [] : (["contact"] as const))] as const).flatMap((root) => vocabulary[root].map((one) => `${root}.${one.name}`))
                  : field.is === "condition"
                    ? vocabulary.events.map((event) => `event("${event.name}")`)
                    : [];
      const props = { ...common, value: typed, onBlur: () => commit(typed), onKeyDown: (key: React.KeyboardEvent) => key.key === "Enter" && commit(typed), styles: field.is === "condition" ? { input: { fontFamily: "var(--mantine-font-family-monospace)" } } : undefined };
      if (options.length === 0) return <TextInput {...props} onChange={(change) => setTyped(change.currentTarget.value)} />;
      return <Autocomplete {...props} data={[...new Set(options)]} onChange={setTyped} onOptionSubmit={(option) => { setTyped(option); commit(option); }} limit={12} description={t(`editing.hint_${field.is}`)} />;
    }
  }
}

function withOwn(known: string[], own: string[]): string[] {
  return [...new Set([...known, ...own.filter(Boolean)])];
}
