import { Alert, Button, Code, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { Once } from "../Once";
import { SecretForm } from "../Secrets";

interface Endpoint {
  name: string;
  url: string;
  secret_hint: string;
  former_until: string | null;
  disabled_at: string | null;
  disabled_because: string | null;
  waiting: number;
  secret: string | null;
}

interface Call {
  id: string;
  scenario: string;
  step: string;
  state: string;
  planned_at: string;
  next_at: string | null;
  attempts: number;
  status: number | null;
  milliseconds: number | null;
  problem: string | null;
  response: string | null;
}

interface Tested {
  is_answered: boolean;
  status: number;
  milliseconds: number;
  problem: string;
  response: string;
}

export default function Webhooks() {
  const { t } = useTranslation("settings");
  const mayWrite = useCan()("webhooks.write");
  const queries = useQueryClient();
  const list = usePage<Endpoint>("/webhooks");
  const [isOpen, { open, close }] = useDisclosure();
  const [made, setMade] = useState<Endpoint | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const reread = () => queries.invalidateQueries({ queryKey: ["/webhooks"] });
  const rotate = (name: string) => api.post<Endpoint>(`/webhooks/${name}/rotate`, {}).then((changed) => (setMade(changed), reread()));
  const change = (name: string, changes: object) => api.patch(`/webhooks/${name}`, changes).then(reread);

  return (
    <>
      <PageHeader
        title={t("webhooks.title")}
        description={t("webhooks.about")}
        back={{ to: "/settings", label: t("title") }}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              {t("webhooks.new")}
            </Button>
          )
        }
      />
      <DataList
        list={list}
        label={t("webhooks.title")}
        rowKey={(one) => one.name}
        empty={<Empty title={t("webhooks.none")}>{t("webhooks.none_text")}</Empty>}
        columns={[
          {
            key: "name",
            label: t("name"),
            render: (one) => (
              <Group gap="xs">
                <Text fw={600}>{one.name}</Text>
                {one.disabled_at && <StateBadge tone="quiet">{t(one.disabled_because === "gone" ? "webhooks.gone" : "webhooks.disabled")}</StateBadge>}
              </Group>
            ),
          },
          { key: "url", label: t("webhooks.url"), render: (one) => <Text style={{ overflowWrap: "anywhere" }}>{one.url}</Text> },
          {
            key: "secret",
            label: t("webhooks.secret"),
            render: (one) => (
              <>
                <Text ff="monospace">{one.secret_hint}</Text>
                {one.former_until && (
                  <Text size="xs" c="dimmed">
                    {t("webhooks.both_until")} <When at={one.former_until} />
                  </Text>
                )}
              </>
            ),
          },
          { key: "waiting", label: t("webhooks.waiting"), align: "right", render: (one) => one.waiting },
          {
            key: "do",
            label: "",
            align: "right",
            render: (one) => (
              <Group gap={4} justify="flex-end">
                <Button size="compact-sm" variant="subtle" onClick={() => setShown(one.name)}>
                  {t("webhooks.calls")}
                </Button>
                {mayWrite && (
                  <>
                    <ConfirmButton size="compact-sm" variant="subtle" question={t("webhooks.rotate_question", { name: one.name })} consequence={t("webhooks.rotate_text")} act={t("webhooks.rotate")} onConfirm={() => rotate(one.name)}>
                      {t("webhooks.rotate")}
                    </ConfirmButton>
                    {one.disabled_at ? (
                      <Button size="compact-sm" variant="subtle" onClick={() => void change(one.name, { is_disabled: false })}>
                        {t("webhooks.enable")}
                      </Button>
                    ) : (
                      <ConfirmButton size="compact-sm" variant="subtle" color="red" question={t("webhooks.disable_question", { name: one.name })} consequence={t("webhooks.disable_text")} act={t("webhooks.disable")} onConfirm={() => change(one.name, { is_disabled: true })}>
                        {t("webhooks.disable")}
                      </ConfirmButton>
                    )}
                    <ConfirmButton size="compact-sm" variant="subtle" color="red" question={t("webhooks.remove_question", { name: one.name })} consequence={t("webhooks.remove_text")} act={t("webhooks.remove")} onConfirm={() => api.delete(`/webhooks/${one.name}`).then(reread)}>
                      {t("webhooks.remove")}
                    </ConfirmButton>
                  </>
                )}
              </Group>
            ),
          },
        ]}
      />
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("webhooks.new")}</Text>} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
        <NewEndpoint
          onMade={(one) => {
            close();
            setMade(one);
            void reread();
          }}
        />
      </Modal>
      <Once title={t("webhooks.made", { name: made?.name ?? "" })} text={t("webhooks.made_text")} secret={made?.secret ?? null} onClose={() => setMade(null)} />
      <Modal opened={shown !== null} onClose={() => setShown(null)} title={<Text fw={600}>{t("webhooks.calls_of", { name: shown ?? "" })}</Text>} size="xl" closeButtonProps={{ "aria-label": t("common.close") }}>
        {shown && <Calls name={shown} mayTest={mayWrite} />}
      </Modal>
    </>
  );
}

function NewEndpoint({ onMade }: { onMade: (endpoint: Endpoint) => void }) {
  const { t } = useTranslation("settings");
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  return (
    <SecretForm path="/webhooks" asked={{ name, url }} isComplete={name.trim() !== "" && url.trim() !== ""} onMade={onMade}>
      <TextInput label={t("name")} description={t("webhooks.name_hint")} placeholder="crm" required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput label={t("webhooks.url")} description={t("webhooks.url_hint")} placeholder="https://crm.example.com/hooks/nurture" type="url" required value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
    </SecretForm>
  );
}

/** An endpoint's latest calls, and a test. */
function Calls({ name, mayTest }: { name: string; mayTest: boolean }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const path = `/webhooks/${name}/calls`;
  const list = usePage<Call>(path);
  const test = useMutation<Tested, ApiError>({ mutationFn: () => api.post<Tested>(`/webhooks/${name}/test`, {}), onSettled: () => queries.invalidateQueries({ queryKey: [path] }) });
  return (
    <Stack>
      {mayTest && (
        <Group>
          <Button size="compact-md" variant="light" loading={test.isPending} onClick={() => test.mutate()}>
            {t("webhooks.test")}
          </Button>
        </Group>
      )}
      {test.error && <Problem error={test.error} />}
      {test.data && (
        <Alert color={test.data.is_answered ? "green" : "red"}>
          {test.data.status > 0 && <Text size="sm">{t("webhooks.tested", { status: test.data.status, milliseconds: test.data.milliseconds })}</Text>}
          {test.data.problem && <Text size="sm">{test.data.problem}</Text>}
        </Alert>
      )}
      <DataList
        list={list}
        label={t("webhooks.calls")}
        rowKey={(call) => call.id}
        empty={<Empty title={t("webhooks.no_calls")} />}
        columns={[
          { key: "at", label: t("webhooks.at"), render: (call) => <When at={call.planned_at} relative /> },
          { key: "from", label: t("webhooks.from"), render: (call) => (call.scenario ? `${call.scenario} / ${call.step}` : t("webhooks.by_hand")) },
          {
            key: "state",
            label: "",
            render: (call) => (
              <>
                <StateBadge tone={call.state === "answered" ? "good" : call.state === "failed" ? "bad" : "quiet"}>{t(`webhooks.states.${call.state}`)}</StateBadge>
                {call.attempts > 0 && (
                  <Text size="xs" c="dimmed">
                    {t("webhooks.attempts", { count: call.attempts })}
                    {call.next_at && call.attempts > 0 && (
                      <>
                        {" · "}
                        {t("webhooks.next")} <When at={call.next_at} relative />
                      </>
                    )}
                  </Text>
                )}
              </>
            ),
          },
          {
            key: "answer",
            label: t("webhooks.answer"),
            render: (call) => (
              <Stack gap={2}>
                {call.status !== null && call.milliseconds !== null && <Text size="sm">{t("webhooks.tested", { status: call.status, milliseconds: call.milliseconds })}</Text>}
                {call.problem && <Text size="xs">{call.problem}</Text>}
                {call.response && (
                  <Code block style={{ maxWidth: 320, maxHeight: 90, overflow: "auto" }}>
                    {call.response}
                  </Code>
                )}
              </Stack>
            ),
          },
        ]}
      />
    </Stack>
  );
}
