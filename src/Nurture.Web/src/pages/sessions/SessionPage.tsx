import { Alert, Anchor, Button, FileButton, Group, List, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconEdit, IconUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useNow } from "@/api/clock";
import { useApi, usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { Facts } from "@/components/Facts";
import { LinkTo } from "@/components/LinkTo";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { Section } from "@/components/Section";
import { When } from "@/components/When";
import { say } from "@/components/notify";
import { useParam } from "@/components/params";
import { useRefresh } from "@/components/refresh";
import { formatSpan } from "@/components/times";
import { SessionForm } from "./SessionForm";
import { State } from "./State";
import { formOf, titleOf, type Registration, type Session } from "./types";

interface Taken {
  accepted: number;
  news: number;
  errors: { line: number; detail: string }[];
}

export default function SessionPage() {
  const { t, i18n } = useTranslation("sessions");
  const id = useParam("id");
  const can = useCan();
  const refresh = useRefresh();
  const now = useNow();
  const [isOpen, { open, close }] = useDisclosure();
  const { data: session, error, refetch } = useApi<Session>(`/sessions/${id}`, undefined, { refetchInterval: 10_000 });
  const list = usePage<Registration>(`/sessions/${id}/registrations`, undefined, { refetchInterval: 10_000 });
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (!session) return <Loading />;
  const reread = () => refresh("/sessions");
  const mayWrite = can("sessions.write");
  const isAhead = Date.parse(session.starts_at) > now && session.state === "planned";
  return (
    <>
      <PageHeader
        title={titleOf(session, i18n.language)}
        badges={<State of={session.state} />}
        description={`${formatSpan(session.starts_at, session.ends_at, session.zone, i18n.language)} (${session.zone})`}
        back={{ to: "/sessions", label: t("title") }}
        actions={
          mayWrite &&
          session.state === "planned" && (
            <>
              <ConfirmButton
                variant="default"
                color="red"
                question={t("cancel_question")}
                consequence={t("cancel_text", { count: session.taken + session.waiting })}
                act={t("cancel_act")}
                onConfirm={async () => {
                  await api.post(`/sessions/${id}/cancel`, { version: session.version });
                  reread();
                }}
              >
                {t("cancel_session")}
              </ConfirmButton>
              <Button leftSection={<IconEdit size={16} aria-hidden />} onClick={open}>
                {t("change")}
              </Button>
            </>
          )
        }
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" mb="md">
        <Section title={t("facts")}>
          <Facts
            facts={[
              [t("seats"), session.seats === null ? t("unlimited", { taken: session.taken }) : t("of_seats", { taken: session.taken, seats: session.seats })],
              [t("waiting"), String(session.waiting)],
              [t("registration_until"), <When key="until" at={session.registration_until} />],
              [t("form.host"), session.host],
              [
                t("form.link"),
                session.link && (
                  <Anchor key="link" href={session.link} target="_blank" rel="noreferrer">
                    {session.link}
                  </Anchor>
                ),
              ],
              [t("form.kind"), `${session.kind} · ${session.id}`],
            ]}
          />
        </Section>
        {session.state !== "cancelled" && (
          <Section title={t("attendance")}>
            {session.attendance_at ? (
              <Text size="sm">
                {t("complete_since")} <When at={session.attendance_at} />
              </Text>
            ) : isAhead ? (
              <Text size="sm" c="dimmed">
                {t("attendance_later")}
              </Text>
            ) : null}
            {mayWrite && !isAhead && <Attendance id={id} isComplete={session.attendance_at !== null} onDone={reread} />}
          </Section>
        )}
      </SimpleGrid>
      <Section title={t("registrations")} action={mayWrite && session.state === "planned" && <Register id={id} onDone={reread} />}>
        <DataList
          list={list}
          label={t("registrations")}
          rowKey={(row) => row.contact_id}
          empty={<Empty title={t("nobody")}>{t("nobody_text")}</Empty>}
          columns={[
            { key: "who", label: t("who"), render: (row) => <LinkTo to={`/contacts/${row.contact_id}`}>{row.name || row.email || `#${row.contact_id}`}</LinkTo> },
            { key: "email", label: t("email"), isWide: true, render: (row) => row.email ?? "–" },
            { key: "state", label: t("state_label"), render: (row) => <State of={row.state} /> },
            { key: "at", label: t("at"), render: (row) => <When at={row.at} /> },
            {
              key: "do",
              label: "",
              align: "right",
              render: (row) =>
                mayWrite &&
                (row.state === "registered" || row.state === "waiting") && (
                  <ConfirmButton
                    size="compact-sm"
                    variant="subtle"
                    color="red"
                    question={t("take_off_question")}
                    consequence={row.name || row.email}
                    act={t("take_off")}
                    onConfirm={async () => {
                      await api.delete(`/sessions/${id}/registrations/${row.contact_id}`);
                      reread();
                    }}
                  >
                    {t("take_off")}
                  </ConfirmButton>
                ),
            },
          ]}
        />
      </Section>
      <Modal opened={isOpen} onClose={close} size="lg" title={<Text fw={600}>{t("change")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Text size="sm" c="dimmed" mb="sm">
          {t("change_text")}
        </Text>
        <SessionForm
          first={formOf(session)}
          known={session}
          onDone={() => {
            close();
            say(t("common.done"));
            reread();
          }}
        />
      </Modal>
    </>
  );
}

function Register({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useTranslation("sessions");
  const [email, setEmail] = useState("");
  const register = useMutation<{ result: string }, ApiError>({
    mutationFn: () => api.post(`/sessions/${id}/registrations`, { email: email.trim() }),
    onSuccess: ({ result }) => {
      setEmail("");
      say(t(`result.${result}`));
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        register.mutate();
      }}
    >
      <Group gap="xs" align="flex-start">
        <TextInput aria-label={t("email")} placeholder="hanako@example.com" type="email" required value={email} onChange={(event) => setEmail(event.currentTarget.value)} error={register.error?.problem.title} />
        <Button type="submit" variant="default" loading={register.isPending}>
          {t("register")}
        </Button>
      </Group>
    </form>
  );
}

function Attendance({ id, isComplete, onDone }: { id: string; isComplete: boolean; onDone: () => void }) {
  const { t } = useTranslation("sessions");
  const upload = useMutation<Taken, ApiError, File>({ mutationFn: async (file) => api.post<Taken>(`/sessions/${id}/attendance`, { csv: await file.text() }), onSuccess: onDone });
  return (
    <Stack gap="sm" mt="xs">
      <Text size="sm" c="dimmed">
        {t("attendance_text")}
      </Text>
      <Group gap="xs">
        <FileButton accept=".csv,.tsv,.txt,text/csv" onChange={(file) => file && upload.mutate(file)}>
          {(button) => (
            <Button {...button} variant="default" leftSection={<IconUpload size={16} aria-hidden />} loading={upload.isPending}>
              {t("upload")}
            </Button>
          )}
        </FileButton>
        {!isComplete && (
          <ConfirmButton
            color="blue"
            question={t("complete_question")}
            consequence={t("complete_text")}
            act={t("complete_act")}
            onConfirm={async () => {
              await api.post(`/sessions/${id}/attendance/complete`);
              onDone();
            }}
          >
            {t("complete")}
          </ConfirmButton>
        )}
      </Group>
      {upload.error && <Problem error={upload.error} />}
      {upload.data && (
        <Alert color={upload.data.errors.length > 0 ? "yellow" : "teal"} title={t("taken", { count: upload.data.accepted })} role="status">
          {upload.data.errors.length > 0 && (
            <List size="sm">
              {upload.data.errors.map((error) => (
                <List.Item key={error.line}>{t("line", { line: error.line, detail: error.detail })}</List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
    </Stack>
  );
}
