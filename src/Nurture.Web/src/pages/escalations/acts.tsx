import { Alert, Button, Checkbox, Group, Modal, Radio, Select, Stack, Text, Textarea, TextInput, type ButtonProps } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError } from "@/api/client";
import { useNow } from "@/api/clock";
import { useApi } from "@/api/hooks";
import { useCan, useMe } from "@/api/me";
import { say } from "@/components/notify";
import { Problem } from "@/components/Problem";
import { outcomeWord } from "./sentences";
import type { Person } from "./types";

interface ActProps {
  label: string;
  title: string;
  act: string;
  isReady: boolean;
  onAct: () => Promise<unknown>;
  onDone: () => void;
  said: string;
  children: ReactNode;
  button?: ButtonProps;
}

/** A button with a small form behind it. */
function Act({ label, title, act, isReady, onAct, onDone, said, children, button }: ActProps) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  const run = useMutation<unknown, ApiError>({
    mutationFn: onAct,
    onSuccess: () => {
      close();
      say(said);
      onDone();
    },
  });
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{title}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady) run.mutate();
          }}
        >
          <Stack>
            {children}
            {run.error && <Problem error={run.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t("common.cancel")}
              </Button>
              <Button type="submit" disabled={!isReady} loading={run.isPending}>
                {act}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

const dayMs = 86_400_000;

/** A moment ahead on the business clock, with the usual lengths at hand. */
function UntilField({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const { t } = useTranslation("escalations");
  const now = useNow();
  const presets: [string, number][] = [
    ["one", 1],
    ["three", 3],
    ["week", 7],
    ["two_weeks", 14],
  ];
  return (
    <Stack gap="xs">
      <DateTimePicker
        label={t("until")}
        required
        valueFormat="YYYY-MM-DD HH:mm"
        minDate={new Date(now)}
        defaultDate={new Date(now)}
        value={value === null ? null : new Date(value)}
        onChange={(picked) => onChange(picked === null ? null : new Date(picked).toISOString())}
      />
      <Group gap="xs">
        {presets.map(([key, days]) => (
          <Button key={key} size="compact-xs" variant="light" onClick={() => onChange(new Date(now + days * dayMs).toISOString())}>
            {t(`days.${key}`)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

export function HandOverButton({ path, assignee, onDone }: { path: string; assignee: string | null; onDone: () => void }) {
  const { t } = useTranslation("escalations");
  const can = useCan();
  const me = useMe();
  const [to, setTo] = useState<string | null>(assignee);
  const users = useApi<{ items: { email: string; name: string; role: string }[] }>("/users", undefined, { enabled: can("users.read") });
  const known = users.data?.items.filter((user) => user.role !== "viewer" && user.role !== "marketer").map((user) => ({ value: user.email, label: `${user.name} <${user.email}>` })) ?? [];
  const own = me.email && !known.some((user) => user.value === me.email) ? [{ value: me.email, label: me.email }] : [];
  const present = assignee && ![...known, ...own].some((user) => user.value === assignee) ? [{ value: assignee, label: assignee }] : [];
  return (
    <Act
      label={t("give")}
      title={t("give")}
      act={to === null ? t("back_to_queue") : t("give")}
      isReady={to !== assignee}
      onAct={() => api.post(`${path}/assign`, { assignee: to })}
      onDone={onDone}
      said={t("working")}
    >
      <Select label={t("give_to")} data={[...known, ...own, ...present]} value={to} onChange={setTo} clearable placeholder={t("back_to_queue")} searchable />
    </Act>
  );
}

export function SnoozeButton({ path, onDone }: { path: string; onDone: () => void }) {
  const { t } = useTranslation("escalations");
  const [until, setUntil] = useState<string | null>(null);
  const [because, setBecause] = useState("");
  return (
    <Act
      label={t("put_aside")}
      title={t("put_aside")}
      act={t("put_aside")}
      isReady={until !== null && because.trim() !== ""}
      onAct={() => api.post(`${path}/snooze`, { until, because })}
      onDone={onDone}
      said={t("working")}
    >
      <UntilField value={until} onChange={setUntil} />
      <TextInput label={t("because")} description={t("because_hint")} required value={because} onChange={(event) => setBecause(event.currentTarget.value)} />
    </Act>
  );
}

export function ReplyButton({ path, people, onDone }: { path: string; people: Person[]; onDone: () => void }) {
  const { t } = useTranslation("escalations");
  const me = useMe();
  const reachable = people.filter((person) => person.email !== null && person.status === "active");
  const [contact, setContact] = useState<string | null>(reachable[0] ? String(reachable[0].id) : null);
  const [subject, setSubject] = useState("");
  const [text, setText] = useState("");
  return (
    <Act
      label={t("write")}
      title={t("write")}
      act={t("send")}
      isReady={me.email !== null && contact !== null && subject.trim() !== "" && text.trim() !== ""}
      onAct={() => api.post(`${path}/reply`, { contact: Number(contact), subject, text })}
      onDone={onDone}
      said={t("sent")}
    >
      {me.email === null && <Alert color="yellow">{t("no_person")}</Alert>}
      <Select
        label={t("write_to")}
        required
        data={reachable.map((person) => ({ value: String(person.id), label: person.name ? `${person.name} <${person.email}>` : (person.email ?? "") }))}
        value={contact}
        onChange={setContact}
      />
      <TextInput label={t("subject")} required value={subject} onChange={(event) => setSubject(event.currentTarget.value)} />
      <Textarea label={t("text")} description={t("text_hint")} required autosize minRows={6} value={text} onChange={(event) => setText(event.currentTarget.value)} />
    </Act>
  );
}

export function CloseButton({ path, outcomes, onDone }: { path: string; outcomes: string[]; onDone: () => void }) {
  const { t } = useTranslation("escalations");
  const [outcome, setOutcome] = useState("");
  const [note, setNote] = useState("");
  const [anyway, setAnyway] = useState(false);
  const [open, setOpen] = useState<string[] | null>(null);
  const close = async () => {
    try {
      await api.post(`${path}/close`, { outcome, note, anyway });
    } catch (error) {
      if (error instanceof ApiError && error.kind === "tasks-open") setOpen(error.problem.tasks as string[]);
      throw error;
    }
  };
  return (
    <Act
      label={t("close_case")}
      title={t("close_title")}
      act={t("close_case")}
      isReady={outcome !== "" && (!anyway || note.trim() !== "")}
      onAct={close}
      onDone={onDone}
      said={t("was_closed")}
      button={{ variant: "filled" }}
    >
      <Text size="sm">{t("close_text")}</Text>
      <Radio.Group value={outcome} onChange={setOutcome} label={t("outcome_title")} required>
        <Stack gap="xs" mt="xs">
          {outcomes.map((name) => (
            <Radio key={name} value={name} label={outcomeWord(t, name)} />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea label={t("close_note")} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      {open !== null && (
        <Stack gap="xs">
          <Alert color="yellow">{t("done_tasks_first", { tasks: open.join(" · ") })}</Alert>
          <Checkbox label={t("anyway")} checked={anyway} onChange={(event) => setAnyway(event.currentTarget.checked)} />
        </Stack>
      )}
    </Act>
  );
}

export function HoldButton({ accountId, onDone }: { accountId: number; onDone: () => void }) {
  const { t } = useTranslation("escalations");
  const [until, setUntil] = useState<string | null>(null);
  const [because, setBecause] = useState("");
  return (
    <Act
      label={t("hold_it")}
      title={t("hold_it")}
      act={t("hold_it")}
      isReady={until !== null && because.trim() !== ""}
      onAct={() => api.post(`/accounts/${accountId}/hold`, { until, because })}
      onDone={onDone}
      said={t("working")}
      button={{ size: "xs" }}
    >
      <Text size="sm">{t("hold_text")}</Text>
      <UntilField value={until} onChange={setUntil} />
      <TextInput label={t("because")} required value={because} onChange={(event) => setBecause(event.currentTarget.value)} />
    </Act>
  );
}
