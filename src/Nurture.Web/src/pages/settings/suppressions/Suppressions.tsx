import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { When } from "@/components/When";
import { say } from "@/components/notify";

interface Suppression {
  id: string;
  email: string | null;
  reason: string;
  source: string;
  at: string;
  note: string | null;
}

export default function Suppressions() {
  const { t, i18n } = useTranslation("settings");
  const can = useCan();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [email] = useDebouncedValue(typed.trim(), 300);
  // The server finds a whole address; half of one is still being typed.
  const isWhole = /^\S+@\S+\.\S+$/.test(email);
  const list = usePage<Suppression>("/suppressions", { email: isWhole ? email : undefined });
  const [isOpen, { open, close }] = useDisclosure();
  const [removed, setRemoved] = useState<Suppression | null>(null);
  const reread = () => queries.invalidateQueries({ queryKey: ["/suppressions"] });
  const reason = (code: string) => (i18n.exists(`suppressions.reasons.${code}`) ? t(`suppressions.reasons.${code}`) : code);

  return (
    <>
      <PageHeader
        title={t("suppressions.title")}
        description={t("suppressions.about")}
        back={{ to: "/settings", label: t("title") }}
        actions={
          can("suppressions.write") && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              {t("suppressions.new")}
            </Button>
          )
        }
      />
      <TextInput
        mb="md"
        maw={420}
        type="search"
        label={t("suppressions.search")}
        placeholder="hanako@example.com"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <DataList
        list={list}
        label={t("suppressions.title")}
        rowKey={(row) => row.id}
        empty={isWhole ? <Empty title={t("suppressions.free", { email })} /> : <Empty title={t("suppressions.none")}>{t("suppressions.none_text")}</Empty>}
        columns={[
          {
            key: "email",
            label: t("users.email"),
            render: (row) =>
              row.email ? (
                <Text fw={600}>{row.email}</Text>
              ) : (
                <Text c="dimmed" fs="italic">
                  {t("suppressions.forgotten")}
                </Text>
              ),
          },
          { key: "reason", label: t("common.reason"), render: (row) => reason(row.reason) },
          { key: "note", label: t("suppressions.note"), render: (row) => row.note ?? "–" },
          { key: "at", label: t("since"), render: (row) => <When at={row.at} relative /> },
          {
            key: "do",
            label: "",
            align: "right",
            render: (row) =>
              can("suppressions.write") && (
                <Button size="compact-sm" variant="subtle" color="red" onClick={() => setRemoved(row)}>
                  {t("suppressions.allow")}
                </Button>
              ),
          },
        ]}
      />
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("suppressions.new")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Add
          onDone={async () => {
            close();
            say(t("suppressions.added"));
            await reread();
          }}
        />
      </Modal>
      <Modal opened={removed !== null} onClose={() => setRemoved(null)} title={<Text fw={600}>{t("suppressions.allow_question")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        {removed && (
          <Remove
            row={removed}
            onDone={async () => {
              setRemoved(null);
              say(t("common.done"));
              await reread();
            }}
          />
        )}
      </Modal>
    </>
  );
}

function Add({ onDone }: { onDone: () => Promise<void> }) {
  const { t } = useTranslation("settings");
  const [email, setEmail] = useState("");
  const [note, setNote] = useState("");
  const add = useMutation<unknown, ApiError>({ mutationFn: () => api.post("/suppressions", { email, note: note || null }), onSuccess: onDone });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Stack>
        <TextInput label={t("users.email")} type="email" required data-autofocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <Textarea label={t("suppressions.note")} description={t("suppressions.note_hint")} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        {add.error && <Problem error={add.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending}>
            {t("suppressions.block")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Remove({ row, onDone }: { row: Suppression; onDone: () => Promise<void> }) {
  const { t } = useTranslation("settings");
  const [because, setBecause] = useState("");
  const remove = useMutation<unknown, ApiError>({ mutationFn: () => api.delete(`/suppressions/${row.id}`, { because }), onSuccess: onDone });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        remove.mutate();
      }}
    >
      <Stack>
        <Text>{row.email ?? t("suppressions.forgotten")}</Text>
        <Text size="sm">{t(row.reason === "erased" ? "suppressions.allow_erased" : "suppressions.allow_text")}</Text>
        <Textarea label={t("suppressions.because")} required autosize minRows={2} data-autofocus value={because} onChange={(event) => setBecause(event.currentTarget.value)} />
        {remove.error && <Problem error={remove.error} />}
        <Group justify="flex-end">
          <Button type="submit" color="red" loading={remove.isPending}>
            {t("suppressions.allow")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
