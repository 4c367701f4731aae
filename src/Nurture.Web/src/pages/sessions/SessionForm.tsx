import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { Problem } from "@/components/Problem";
import { draftOf, zones, type Form, type Session } from "./types";

interface Props {
  first: Form;
  /** The session that is changed; null for a new one. */
  known: Session | null;
  onDone: (session: Session) => void;
}

export function SessionForm({ first, known, onDone }: Props) {
  const { t } = useTranslation("sessions");
  const [form, setForm] = useState(first);
  const draft = draftOf(form, known?.version ?? null);
  const save = useMutation<Session, ApiError>({
    mutationFn: () => (known ? api.put<Session>(`/sessions/${known.id}`, draft) : api.post<Session>("/sessions", draft)),
    onSuccess: onDone,
  });
  const text = (key: keyof Form) => ({ label: t(`form.${key}`), value: form[key], onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [key]: event.currentTarget.value }) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (draft) save.mutate();
      }}
    >
      <Stack>
        {!known && <TextInput {...text("id")} description={t("form.id_hint")} required pattern="[a-z0-9][a-z0-9_\-]*" data-autofocus />}
        <TextInput {...text("title_en")} required={form.title_ja.trim() === ""} />
        <TextInput {...text("title_ja")} />
        <Group grow align="flex-start">
          <TextInput {...text("starts")} type="datetime-local" required error={form.starts !== "" && draft === null && Number(form.minutes) > 0 ? t("form.no_such_time") : undefined} />
          <TextInput {...text("minutes")} type="number" min={1} required />
        </Group>
        <Select label={t("form.zone")} searchable data={zones.includes(form.zone) ? zones : [form.zone, ...zones]} value={form.zone} onChange={(zone) => zone && setForm({ ...form, zone })} allowDeselect={false} />
        <TextInput {...text("link")} type="url" placeholder="https://" />
        <Group grow align="flex-start">
          <TextInput {...text("seats")} type="number" min={1} description={t("form.seats_hint")} />
          <TextInput {...text("kind")} description={t("form.kind_hint")} required pattern="[a-z0-9][a-z0-9_\-]*" />
        </Group>
        <TextInput {...text("host")} />
        {save.error && <Problem error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={draft === null}>
            {known ? t("save") : t("declare")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
