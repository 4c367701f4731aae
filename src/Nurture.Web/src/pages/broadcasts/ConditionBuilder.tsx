import { ActionIcon, Button, Group, SegmentedControl, Select, Stack, Text, TextInput, Textarea, Tooltip } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Vocabulary } from "../scenarios/types";
import { SegmentChoice } from "./SegmentChoice";
import { askSegment, operatorsOf, read, segmentIn, write, type Built, type Operator, type Row } from "./conditions";

interface Props {
  value: string;
  onChange: (condition: string) => void;
  vocabulary: Vocabulary;
  error?: string;
}

type Mode = "everybody" | "segment" | "built" | "typed";

/** Who: everybody, a segment, a few choices, or a condition as authors type it. */
export function ConditionBuilder({ value, onChange, vocabulary, error }: Props) {
  const { t } = useTranslation();
  const typeOf = (path: string) => {
    const [root, ...name] = path.split(".");
    return (root === "account" ? vocabulary.account : vocabulary.contact).find((one) => one.name === name.join("."))?.type || "text";
  };
  const built = read(value, typeOf);
  const segment = segmentIn(value);
  const [mode, setMode] = useState<Mode>(value.trim() === "" ? "everybody" : segment ? "segment" : built ? "built" : "typed");
  const first = vocabulary.segments[0];

  const choose = (next: Mode) => {
    setMode(next);
    if (next === "everybody") onChange("");
    if (next === "segment" && !segment && first) onChange(askSegment(first.name));
    if (next === "built" && (!built || built.rows.length === 0)) onChange(write({ join: "&&", rows: [firstRow(vocabulary)] }));
  };

  return (
    <Stack gap="sm">
      <SegmentedControl
        value={mode}
        onChange={(next) => choose(next as Mode)}
        aria-label={t("broadcasts.audience")}
        data={[
          { value: "everybody", label: t("broadcasts.everybody") },
          { value: "segment", label: t("broadcasts.segment"), disabled: !first && !segment },
          { value: "built", label: t("broadcasts.choose"), disabled: mode === "typed" && built === null },
          { value: "typed", label: t("broadcasts.typed") },
        ]}
      />
      {mode === "segment" && <SegmentChoice name={segment ?? ""} onChange={(name) => onChange(askSegment(name))} segments={vocabulary.segments} />}
      {mode === "built" && built && <Rows built={built} onChange={(next) => onChange(write(next))} vocabulary={vocabulary} typeOf={typeOf} />}
      {mode === "typed" && <Textarea value={value} onChange={(change) => onChange(change.currentTarget.value)} autosize minRows={2} label={t("broadcasts.condition")} description={t("broadcasts.condition_hint")} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} />}
      {error && (
        <Text size="sm" c="red" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

function firstRow(vocabulary: Vocabulary): Row {
  const locale = vocabulary.contact.find((one) => one.name === "locale") ?? vocabulary.contact[0];
  return { kind: "attribute", path: `contact.${locale?.name ?? "locale"}`, type: locale?.type || "text", operator: "==", value: vocabulary.locale };
}

interface RowsProps {
  built: Built;
  onChange: (built: Built) => void;
  vocabulary: Vocabulary;
  typeOf: (path: string) => string;
}

function Rows({ built, onChange, vocabulary, typeOf }: RowsProps) {
  const { t } = useTranslation();
  const set = (at: number, row: Row) => onChange({ ...built, rows: built.rows.with(at, row) });
  const add = (row: Row) => onChange({ ...built, rows: [...built.rows, row] });
  return (
    <Stack gap="xs">
      {built.rows.length > 1 && (
        <SegmentedControl
          size="xs"
          w="fit-content"
          value={built.join}
          onChange={(join) => onChange({ ...built, join: join as Built["join"] })}
          aria-label={t("broadcasts.join")}
          data={[
            { value: "&&", label: t("broadcasts.all_true") },
            { value: "||", label: t("broadcasts.any_true") },
          ]}
        />
      )}
      {built.rows.map((row, at) => (
        <Group key={at} gap="xs" align="flex-end" wrap="wrap">
          {row.kind === "attribute" ? <AttributeRow row={row} onChange={(next) => set(at, next)} vocabulary={vocabulary} typeOf={typeOf} /> : <EventRow row={row} onChange={(next) => set(at, next)} vocabulary={vocabulary} />}
          <Tooltip label={t("common.remove")}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("common.remove")} onClick={() => onChange({ ...built, rows: built.rows.toSpliced(at, 1) })}>
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      ))}
      <Group gap="xs">
        <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add(firstRow(vocabulary))}>
          {t("broadcasts.add_attribute")}
        </Button>
        <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add({ kind: "event", event: vocabulary.events.find((one) => one.name === "login")?.name ?? vocabulary.events[0]?.name ?? "login", did: true, window: "30d" })}>
          {t("broadcasts.add_event")}
        </Button>
      </Group>
    </Stack>
  );
}

function AttributeRow({ row, onChange, vocabulary, typeOf }: { row: Extract<Row, { kind: "attribute" }>; onChange: (row: Row) => void; vocabulary: Vocabulary; typeOf: (path: string) => string }) {
  const { t } = useTranslation();
  const data = (["contact", "account"] as const).map((root) => ({ group: t(`broadcasts.of_${root}`), items: vocabulary[root].filter((one) => one.name !== "role").map((one) => ({ value: `${root}.${one.name}`, label: one.name })) }));
  return (
    <>
      <Select
        label={t("broadcasts.attribute")}
        searchable
        w={210}
        data={data}
        value={row.path}
        onChange={(path) => {
          if (!path) return;
          const type = typeOf(path);
          const operator = operatorsOf(type).includes(row.operator) ? row.operator : operatorsOf(type)[0]!;
          onChange({ ...row, path, type, operator, value: type === "boolean" ? "true" : type === row.type ? row.value : "" });
        }}
      />
      <Select label={t("broadcasts.is")} w={130} data={operatorsOf(row.type).map((one) => ({ value: one, label: t(`broadcasts.operator.${names[one]}`) }))} value={row.operator} onChange={(operator) => operator && onChange({ ...row, operator: operator as Operator })} />
      {row.operator !== "exists" && row.operator !== "missing" && (row.type === "boolean" ? (
        <Select label={t("broadcasts.value")} w={110} data={[{ value: "true", label: t("common.yes") }, { value: "false", label: t("common.no") }]} value={row.value === "false" ? "false" : "true"} onChange={(value) => value && onChange({ ...row, value })} />
      ) : (
        <TextInput label={t("broadcasts.value")} w={150} type={row.type === "number" ? "number" : "text"} value={row.value} onChange={(change) => onChange({ ...row, value: change.currentTarget.value })} />
      ))}
    </>
  );
}

const names: Record<Operator, string> = { "==": "is", "!=": "is_not", ">=": "at_least", "<=": "at_most", exists: "known", missing: "missing" };

function EventRow({ row, onChange, vocabulary }: { row: Extract<Row, { kind: "event" }>; onChange: (row: Row) => void; vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  return (
    <>
      <Select label={t("broadcasts.event")} searchable w={210} data={vocabulary.events.map((event) => event.name)} value={row.event} onChange={(event) => event && onChange({ ...row, event })} />
      <Select label={t("broadcasts.is")} w={130} data={[{ value: "did", label: t("broadcasts.did") }, { value: "did_not", label: t("broadcasts.did_not") }]} value={row.did ? "did" : "did_not"} onChange={(value) => value && onChange({ ...row, did: value === "did" })} />
      <Select label={t("broadcasts.within")} w={150} data={["7d", "14d", "30d", "90d", "180d", "365d"].map((window) => ({ value: window, label: t("broadcasts.days", { count: Number.parseInt(window, 10) }) }))} value={row.window} onChange={(window) => window && onChange({ ...row, window })} />
    </>
  );
}
