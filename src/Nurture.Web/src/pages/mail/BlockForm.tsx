import { ActionIcon, Alert, Box, Button, Card, Group, Menu, NumberInput, Select, Stack, Text, TextInput, Textarea, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconFilter, IconPlus, IconTrash, IconX } from "@tabler/icons-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Vocabulary } from "../scenarios/types";
import type { ConditionProblem } from "./BlockCondition";
import { addBlock, blocksAt, conditionAt, documentOf, front, kinds, moveBlock, removeBlock, setBlock, setFront, setSubjects, subjectsOf, type Block, type Kind, type Path } from "./blocks";
import type { Diagnostic } from "./template";

const BlockCondition = lazy(() => import("./BlockCondition"));

interface Props {
  text: string;
  onChange: (text: string) => void;
  identities: string[];
  vocabulary: Vocabulary | undefined;
  /** Of this text. */
  problems: Diagnostic[];
}

type Known = Pick<Props, "vocabulary" | "problems">;

/** A mail of blocks as a form, for those who write no HTML. What it changes is the text of the file. */
export default function BlockForm({ text, onChange, identities, vocabulary, problems }: Props) {
  const { t } = useTranslation();
  if (!documentOf(text))
    return (
      <Alert color="yellow" title={t("mail.form_unreadable")}>
        {t("mail.form_unreadable_text")}
      </Alert>
    );
  const head = (key: string) => ({ value: front(text, key), onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange(setFront(text, key, event.currentTarget.value)) });
  return (
    <Stack gap="md">
      <Card>
        <Stack gap="sm">
          <Subjects text={text} onChange={onChange} />
          <TextInput label={t("mail.preheader")} description={t("mail.preheader_about")} {...head("preheader")} />
          <Group grow align="flex-end">
            <Select
              label={t("mail.writer")}
              placeholder={t("mail.writer_policy")}
              data={[...new Set([...identities, front(text, "from")])].filter((one) => one !== "")}
              value={front(text, "from") || null}
              onChange={(value) => onChange(setFront(text, "from", value ?? ""))}
              clearable
            />
            <TextInput label={t("mail.reply_to")} type="email" {...head("reply_to")} />
          </Group>
        </Stack>
      </Card>
      <BlockList text={text} path={["blocks"]} onChange={onChange} vocabulary={vocabulary} problems={problems} />
    </Stack>
  );
}

/** One subject, or several of which a send finds out the better one. */
function Subjects({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const subjects = subjectsOf(text);
  const free = "abcdefgh".split("").find((arm) => subjects.every(([known]) => known !== arm));
  const first: [string, string][] = subjects.length > 0 ? subjects : [["a", front(text, "subject")]];
  return (
    <>
      {subjects.length === 0 && <TextInput label={t("mail.subject")} required value={front(text, "subject")} onChange={(event) => onChange(setFront(text, "subject", event.currentTarget.value))} />}
      {subjects.map(([arm, subject], index) => (
        <TextInput
          key={arm}
          label={t("mail.subject_arm", { arm })}
          required
          value={subject}
          onChange={(event) => onChange(setSubjects(text, subjects.map((one, at) => (at === index ? [arm, event.currentTarget.value] : one))))}
          rightSection={
            <ActionIcon variant="subtle" color="gray" aria-label={t("mail.remove_subject", { arm })} onClick={() => onChange(setSubjects(text, subjects.filter((_, at) => at !== index)))}>
              <IconX size={16} aria-hidden />
            </ActionIcon>
          }
        />
      ))}
      {free && (
        <Button size="xs" variant="subtle" style={{ alignSelf: "flex-start" }} leftSection={<IconPlus size={14} aria-hidden />} onClick={() => onChange(setSubjects(text, [...first, [subjects.length > 0 ? free : "b", ""]]))}>
          {t("mail.add_subject")}
        </Button>
      )}
    </>
  );
}

function BlockList({ text, path, onChange, isInColumn = false, ...known }: { text: string; path: Path; onChange: (text: string) => void; isInColumn?: boolean } & Known) {
  const { t } = useTranslation();
  const blocks = blocksAt(text, path);
  return (
    <Stack gap="sm" component="ol" m={0} p={0} style={{ listStyle: "none" }} aria-label={t("mail.blocks")}>
      {blocks.map((block, at) => (
        // A block is its place: what stands at it may change its kind with the text.
        <li key={`${at}:${block.kind}`}>
          <BlockCard text={text} path={path} at={at} count={blocks.length} block={block} onChange={onChange} {...known} />
        </li>
      ))}
      <li>
        <AddBlock onAdd={(kind) => onChange(addBlock(text, path, blocks.length, kind))} isInColumn={isInColumn} />
      </li>
    </Stack>
  );
}

function AddBlock({ onAdd, isInColumn }: { onAdd: (kind: Kind) => void; isInColumn: boolean }) {
  const { t } = useTranslation();
  return (
    <Menu>
      <Menu.Target>
        <Button variant="light" size="xs" leftSection={<IconPlus size={14} aria-hidden />}>
          {t("mail.add_block")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds
          .filter((kind) => !isInColumn || kind !== "columns")
          .map((kind) => (
            <Menu.Item key={kind} onClick={() => onAdd(kind)}>
              {t(`mail.block.${kind}`)}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function BlockCard({ text, path, at, count, block, onChange, ...known }: { text: string; path: Path; at: number; count: number; block: Block; onChange: (text: string) => void } & Known) {
  const { t } = useTranslation();
  const name = block.kind ? t(`mail.block.${block.kind}`) : t("mail.block_unknown");
  return (
    <Card padding="sm" role="group" aria-label={t("mail.block_n", { number: at + 1, kind: name })}>
      <Group justify="space-between" mb={block.kind === "divider" ? 0 : "xs"} wrap="nowrap">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Group gap={4} wrap="nowrap">
          <Act label={t("mail.move_up")} icon={<IconArrowUp size={16} aria-hidden />} disabled={at === 0} onClick={() => onChange(moveBlock(text, path, at, at - 1))} />
          <Act label={t("mail.move_down")} icon={<IconArrowDown size={16} aria-hidden />} disabled={at === count - 1} onClick={() => onChange(moveBlock(text, path, at, at + 1))} />
          <Act label={t("mail.remove_block")} icon={<IconTrash size={16} aria-hidden />} onClick={() => onChange(removeBlock(text, path, at))} />
        </Group>
      </Group>
      {block.kind === null ? (
        <Text size="sm" c="dimmed">
          {t("mail.block_unknown_text")}
        </Text>
      ) : block.kind === "columns" ? (
        <Box style={{ display: "grid", gap: "var(--mantine-spacing-sm)" }}>
          {(Array.isArray(block.value) ? block.value : []).map((_, column) => (
            <Box key={column} pl="sm" style={{ borderInlineStart: "2px solid var(--mantine-color-default-border)" }}>
              <Text size="xs" c="dimmed" mb={4}>
                {t("mail.column_n", { number: column + 1 })}
              </Text>
              <BlockList text={text} path={[...path, at, "columns", column]} onChange={onChange} isInColumn {...known} />
            </Box>
          ))}
        </Box>
      ) : (
        <Fields kind={block.kind} value={block.value} label={name} onChange={(value) => onChange(setBlock(text, path, at, block.kind!, value, block.condition))} />
      )}
      {block.kind !== null && (
        <Condition
          text={text}
          path={path}
          at={at}
          value={block.condition}
          onChange={(condition) => onChange(setBlock(text, path, at, block.kind!, block.value, condition))}
          {...known}
        />
      )}
    </Card>
  );
}

/** For whom the block is shown. Emptied, it is for everybody again. */
function Condition({ text, path, at, value, onChange, vocabulary, problems }: { text: string; path: Path; at: number; value: string; onChange: (value: string) => void } & Known) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ value, isBegun: false, times: 0 });
  // Another block came to this place, or the text was changed elsewhere: what was typed here is not its own.
  if (typed.value !== value) setTyped({ value, isBegun: false, times: typed.times + 1 });
  const key = path.join(".");
  const found = useMemo(() => (value === "" ? [] : problemsIn(text, key.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step)), at, problems)), [text, key, at, value, problems]);
  if (value === "" && !typed.isBegun)
    return (
      <Group mt="xs">
        <Button variant="subtle" color="gray" size="compact-xs" leftSection={<IconFilter size={14} aria-hidden />} onClick={() => setTyped({ ...typed, isBegun: true })}>
          {t("mail.add_condition")}
        </Button>
      </Group>
    );
  return (
    <Stack gap={4} mt="xs">
      <Text size="xs" fw={600}>
        {t("mail.only_if")}
      </Text>
      <Suspense fallback={<Text size="sm">{value}</Text>}>
        <BlockCondition
          key={typed.times}
          value={value}
          onChange={(next) => {
            const said = next.trim() === "" ? "" : next;
            setTyped({ ...typed, value: said, isBegun: true });
            onChange(said);
          }}
          problems={found}
          label={t("mail.condition_of", { number: at + 1 })}
          vocabulary={vocabulary}
          isFocused={typed.isBegun && value === ""}
        />
      </Suspense>
      {found.map((problem) => (
        <Text key={`${problem.from}:${problem.message}`} size="xs" c={problem.severity === "error" ? "red" : "orange"}>
          {problem.message}
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        {t("mail.condition_about")}
      </Text>
    </Stack>
  );
}

/** What is wrong in a block's condition, at its places in it. */
function problemsIn(text: string, path: Path, at: number, problems: Diagnostic[]): ConditionProblem[] {
  const range = conditionAt(text, path, at);
  if (!range) return [];
  const lines = text.split("\n");
  return problems.flatMap((problem) => {
    const from = lines.slice(0, problem.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + problem.column - 1;
    if (from < range.from || from > range.to) return [];
    const to = problem.length ? Math.min(from + problem.length, range.to) : range.to;
    return [{ from: from - range.from, to: to - range.from, severity: problem.severity, message: problem.hint ? `${problem.message} ${problem.hint}` : problem.message }];
  });
}

function Act({ label, icon, disabled = false, onClick }: { label: string; icon: React.ReactNode; disabled?: boolean; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Fields({ kind, value, label, onChange }: { kind: Kind; value: unknown; label: string; onChange: (value: unknown) => void }) {
  const { t } = useTranslation();
  const said = typeof value === "string" ? value : "";
  const parts = (typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}) as Record<string, unknown>;
  const part = (name: string) => ({
    value: parts[name] === undefined || parts[name] === null ? "" : String(parts[name]),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange({ ...parts, [name]: event.currentTarget.value }),
  });
  switch (kind) {
    case "heading":
    case "subheading":
      return <TextInput aria-label={label} value={said} onChange={(event) => onChange(event.currentTarget.value)} />;
    case "text":
      return <Textarea aria-label={label} description={t("mail.text_about")} autosize minRows={2} value={said} onChange={(event) => onChange(event.currentTarget.value)} />;
    case "html":
      return <Textarea aria-label={label} autosize minRows={3} ff="monospace" value={said} onChange={(event) => onChange(event.currentTarget.value)} />;
    case "button":
      return (
        <Group grow align="flex-start">
          <TextInput label={t("mail.label")} {...part("label")} />
          <TextInput label={t("mail.link")} {...part("link")} />
        </Group>
      );
    case "image":
      return (
        <Stack gap="xs">
          <TextInput label={t("mail.picture")} {...part("src")} />
          <TextInput label={t("mail.alt")} description={t("mail.alt_about")} {...part("alt")} />
          <Group grow align="flex-start">
            <NumberInput
              label={t("mail.pixels")}
              min={1}
              value={typeof parts["width"] === "number" ? parts["width"] : ""}
              onChange={(pixels) => {
                const { width: _, ...rest } = parts;
                onChange(typeof pixels === "number" ? { ...parts, width: pixels } : rest);
              }}
            />
            <TextInput
              label={t("mail.link")}
              value={part("link").value}
              onChange={(event) => {
                const { link: _, ...rest } = parts;
                onChange(event.currentTarget.value === "" ? rest : { ...parts, link: event.currentTarget.value });
              }}
            />
          </Group>
        </Stack>
      );
    case "list":
    case "numbered":
      return (
        <Textarea
          aria-label={label}
          description={t("mail.list_about")}
          autosize
          minRows={2}
          value={(Array.isArray(value) ? value : []).map((item) => String(item ?? "")).join("\n")}
          onChange={(event) => onChange(event.currentTarget.value.split("\n"))}
        />
      );
    case "salutation":
      return <TextInput label={t("mail.greeting")} placeholder={t("mail.greeting_usual")} value={said} onChange={(event) => onChange(event.currentTarget.value || null)} />;
    case "divider":
    case "columns":
      return null;
  }
}
