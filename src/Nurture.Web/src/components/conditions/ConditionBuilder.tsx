import { ActionIcon, Button, Group, NumberInput, SegmentedControl, Select, Stack, Text, TextInput, Textarea, Tooltip } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Vocabulary } from "@/pages/scenarios/types";
import { SegmentChoice } from "./SegmentChoice";
import { askSegment, operatorsOf, read, segmentIn, write, type Built, type Figure, type Operator, type Row } from "./conditions";

interface Props {
  value: string;
  onChange: (condition: string) => void;
  vocabulary: Vocabulary;
  error?: string;
  /** About whom it is; an account has no attributes of a person. */
  of?: "contact" | "account";
  /** Whether nothing at all may be asked. */
  hasEverybody?: boolean;
  /** In place of the plain field in which a condition is typed. */
  typed?: ReactNode;
}

type Mode = "everybody" | "segment" | "built" | "typed";

/** Who: everybody, a segment, a few choices, or a condition as authors type it. */
export function ConditionBuilder({ value, onChange, vocabulary: all, error, of = "contact", hasEverybody = true, typed }: Props) {
  const { t } = useTranslation();
  const vocabulary = of === "account" ? { ...all, contact: [], segments: all.segments.filter((one) => one.of === "account") } : all;
  const typeOf = (path: string) => {
    const [root, ...name] = path.split(".");
    return (root === "account" ? vocabulary.account : vocabulary.contact).find((one) => one.name === name.join("."))?.type || "text";
  };
  const built = read(value, typeOf);
  const segment = segmentIn(value);
  const [mode, setMode] = useState<Mode>(value.trim() === "" ? (hasEverybody ? "everybody" : "built") : segment ? "segment" : built ? "built" : "typed");
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
          ...(hasEverybody ? [{ value: "everybody", label: t("broadcasts.everybody") }] : []),
          { value: "segment", label: t("broadcasts.segment"), disabled: !first && !segment },
          { value: "built", label: t("broadcasts.choose"), disabled: mode === "typed" && built === null },
          { value: "typed", label: t("broadcasts.typed") },
        ]}
      />
      {mode === "segment" && <SegmentChoice name={segment ?? ""} onChange={(name) => onChange(askSegment(name))} segments={vocabulary.segments} />}
      {mode === "built" && built && <Rows built={built} onChange={(next) => onChange(write(next))} vocabulary={vocabulary} typeOf={typeOf} />}
      {mode === "typed" && typed}
      {mode === "typed" && !typed && <Textarea value={value} onChange={(change) => onChange(change.currentTarget.value)} autosize minRows={2} label={t("broadcasts.condition")} description={t("broadcasts.condition_hint")} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} />}
      {error && (
        <Text size="sm" c="red" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

function firstRow(vocabulary: Vocabulary): Row {
  const root = vocabulary.contact.length > 0 ? "contact" : "account";
  const locale = vocabulary[root].find((one) => one.name === "locale") ?? vocabulary[root][0];
  return { kind: "attribute", path: `${root}.${locale?.name ?? "locale"}`, type: locale?.type || "text", operator: "==", value: vocabulary.locale };
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
  const login = vocabulary.events.find((one) => one.name === "login")?.name ?? vocabulary.events[0]?.name ?? "login";
  const measured = vocabulary.events.flatMap((event) => event.properties.filter((property) => property.type === "number").map((property) => ({ event: event.name, property: property.name })));
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
          {row.kind === "attribute" && <AttributeRow row={row} onChange={(next) => set(at, next)} vocabulary={vocabulary} typeOf={typeOf} />}
          {row.kind === "event" && <EventRow row={row} onChange={(next) => set(at, next)} vocabulary={vocabulary} />}
          {row.kind === "number" && <NumberRow row={row} onChange={(next) => set(at, next)} vocabulary={vocabulary} />}
          {row.kind === "moment" && <MomentRow row={row} onChange={(next) => set(at, next)} vocabulary={vocabulary} />}
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
        <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add({ kind: "event", event: login, did: true, times: 1, window: "30d" })}>
          {t("broadcasts.add_event")}
        </Button>
        {measured[0] && (
          <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add({ kind: "number", figure: "sum", ...measured[0]!, window: "30d", operator: ">=", value: "1" })}>
            {t("segments.add_number")}
          </Button>
        )}
        <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add({ kind: "moment", which: "first", event: login, operator: "<=", value: "7" })}>
          {t("segments.add_moment")}
        </Button>
      </Group>
    </Stack>
  );
}

function AttributeRow({ row, onChange, vocabulary, typeOf }: { row: Extract<Row, { kind: "attribute" }>; onChange: (row: Row) => void; vocabulary: Vocabulary; typeOf: (path: string) => string }) {
  const { t } = useTranslation();
  const data = (["contact", "account"] as const).filter((root) => vocabulary[root].length > 0).map((root) => ({ group: t(`broadcasts.of_${root}`), items: vocabulary[root].filter((one) => one.name !== "role").map((one) => ({ value: `${root}.${one.name}`, label: one.name })) }));
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
      {row.did && <NumberInput label={t("segments.times")} w={110} min={1} allowDecimal={false} value={row.times} onChange={(times) => onChange({ ...row, times: Number(times) || 1 })} />}
      <WindowChoice window={row.window} onChange={(window) => onChange({ ...row, window })} />
    </>
  );
}

const windows = ["7d", "14d", "30d", "90d", "180d", "365d", "ever"];

function WindowChoice({ window, onChange }: { window: string; onChange: (window: string) => void }) {
  const { t } = useTranslation();
  // A length that was typed is a choice, too.
  const all = windows.includes(window) ? windows : [window, ...windows];
  const label = (one: string) => (one === "ever" ? t("segments.ever") : t("broadcasts.days", { count: Number.parseInt(one, 10) * (one.endsWith("w") ? 7 : 1) }));
  return <Select label={t("broadcasts.within")} w={150} data={all.map((one) => ({ value: one, label: label(one) }))} value={window} onChange={(next) => next && onChange(next)} />;
}

function Bound({ operator, value, unit, onChange }: { operator: ">=" | "<="; value: string; unit?: string; onChange: (operator: ">=" | "<=", value: string) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Select label={t("broadcasts.is")} w={130} data={[{ value: ">=", label: t("broadcasts.operator.at_least") }, { value: "<=", label: t("broadcasts.operator.at_most") }]} value={operator} onChange={(next) => next && onChange(next as ">=" | "<=", value)} />
      <NumberInput label={unit ?? t("broadcasts.value")} w={130} value={value} onChange={(next) => onChange(operator, String(next))} />
    </>
  );
}

function NumberRow({ row, onChange, vocabulary }: { row: Extract<Row, { kind: "number" }>; onChange: (row: Row) => void; vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const data = vocabulary.events
    .map((event) => ({ group: event.name, items: event.properties.filter((property) => property.type === "number").map((property) => ({ value: `${event.name}\n${property.name}`, label: `${event.name} · ${property.name}` })) }))
    .filter((group) => group.items.length > 0);
  return (
    <>
      <Select label={t("segments.figure")} w={130} data={(["sum", "average", "max", "min"] as const).map((figure) => ({ value: figure, label: t(`segments.figures.${figure}`) }))} value={row.figure} onChange={(figure) => figure && onChange({ ...row, figure: figure as Figure })} />
      <Select
        label={t("segments.number_of")}
        searchable
        w={230}
        data={data}
        value={`${row.event}\n${row.property}`}
        onChange={(chosen) => {
          const [event, property] = (chosen ?? "").split("\n");
          if (event && property) onChange({ ...row, event, property });
        }}
      />
      <WindowChoice window={row.window} onChange={(window) => onChange({ ...row, window })} />
      <Bound operator={row.operator} value={row.value} onChange={(operator, value) => onChange({ ...row, operator, value })} />
    </>
  );
}

function MomentRow({ row, onChange, vocabulary }: { row: Extract<Row, { kind: "moment" }>; onChange: (row: Row) => void; vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  return (
    <>
      <Select label={t("segments.which")} w={150} data={[{ value: "first", label: t("segments.first") }, { value: "last", label: t("segments.last") }]} value={row.which} onChange={(which) => which && onChange({ ...row, which: which as "first" | "last" })} />
      <Select label={t("broadcasts.event")} searchable w={210} data={vocabulary.events.map((event) => event.name)} value={row.event} onChange={(event) => event && onChange({ ...row, event })} />
      <Bound operator={row.operator} value={row.value} unit={t("segments.days_ago")} onChange={(operator, value) => onChange({ ...row, operator, value })} />
    </>
  );
}
