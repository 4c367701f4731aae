import { Alert, Button, Code, Group, JsonInput, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { Copyable } from "@/components/Copyable";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { Problem } from "@/components/Problem";
import { When } from "@/components/When";
import { Once } from "../Once";
import { SecretForm } from "../Secrets";

interface Hook {
  name: string;
  title: string;
  path: string;
  signature: string;
  events: string[];
  secret_hint: string | null;
  former_until: string | null;
  default_basis: string | null;
  secret: string | null;
}

interface Tried {
  events: object[];
  id: string | null;
  failure: string | null;
}

const bases = ["none", "opt_in", "relationship", "published"] as const;

/** The signed hooks of hooks.yaml: their addresses, secrets, and a try. */
export function Hooks() {
  const { t } = useTranslation("settings");
  const mayWrite = useCan()("sources.write");
  const queries = useQueryClient();
  const list = usePage<Hook>("/hooks");
  const [asked, setAsked] = useState<Hook | null>(null);
  const [made, setMade] = useState<Hook | null>(null);
  const [tried, setTried] = useState<Hook | null>(null);
  return (
    <Stack mt="xl" gap="xs">
      <Text component="h2" fw={600} fz="lg">
        {t("hooks.title")}
      </Text>
      <Text size="sm" c="dimmed">
        {t("hooks.about")}
      </Text>
      <DataList
        list={list}
        label={t("hooks.title")}
        rowKey={(one) => one.name}
        empty={<Empty title={t("hooks.none")}>{t("hooks.none_text")}</Empty>}
        columns={[
          { key: "name", label: t("name"), render: (one) => <Text fw={600}>{one.title}</Text> },
          { key: "path", label: t("hooks.address"), render: (one) => <Copyable text={`${window.location.origin}${one.path}`} /> },
          { key: "events", label: t("hooks.events"), render: (one) => one.events.join(", ") },
          {
            key: "secret",
            label: t("hooks.secret"),
            render: (one) =>
              one.secret_hint ? (
                <>
                  <Text ff="monospace">{one.secret_hint}</Text>
                  {one.former_until && (
                    <Text size="xs" c="dimmed">
                      {t("hooks.both_until")} <When at={one.former_until} />
                    </Text>
                  )}
                </>
              ) : (
                <Text c="dimmed">{t("hooks.no_secret")}</Text>
              ),
          },
          {
            key: "do",
            label: "",
            align: "right",
            render: (one) => (
              <Group gap={4} justify="flex-end">
                <Button size="compact-sm" variant="subtle" onClick={() => setTried(one)}>
                  {t("hooks.try")}
                </Button>
                {mayWrite && (
                  <Button size="compact-sm" variant="subtle" onClick={() => setAsked(one)}>
                    {t("hooks.make")}
                  </Button>
                )}
              </Group>
            ),
          },
        ]}
      />
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title={<Text fw={600}>{t("hooks.make_of", { name: asked?.title ?? "" })}</Text>} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
        {asked && (
          <NewSecret
            hook={asked}
            onMade={(one) => {
              setAsked(null);
              setMade(one);
              void queries.invalidateQueries({ queryKey: ["/hooks"] });
            }}
          />
        )}
      </Modal>
      <Once title={t("hooks.made", { name: made?.title ?? "" })} text={t("hooks.made_text")} secret={made?.secret ?? null} onClose={() => setMade(null)} />
      <Modal opened={tried !== null} onClose={() => setTried(null)} title={<Text fw={600}>{t("hooks.try_of", { name: tried?.title ?? "" })}</Text>} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
        {tried && <Try hook={tried} />}
      </Modal>
    </Stack>
  );
}

function NewSecret({ hook, onMade }: { hook: Hook; onMade: (hook: Hook) => void }) {
  const { t } = useTranslation("settings");
  const [secret, setSecret] = useState("");
  const [basis, setBasis] = useState(hook.default_basis ?? "none");
  return (
    <SecretForm path={`/hooks/${hook.name}/secret`} asked={{ secret: secret.trim() === "" ? null : secret, default_basis: basis }} isComplete onMade={onMade}>
      <TextInput label={t("hooks.own")} description={t("hooks.own_hint")} value={secret} onChange={(event) => setSecret(event.currentTarget.value)} autoComplete="off" />
      <Select
        label={t("sources.basis")}
        description={t("sources.basis_hint")}
        data={bases.map((value) => ({ value, label: t(`sources.bases.${value}`) }))}
        value={basis}
        allowDeselect={false}
        onChange={(value) => setBasis(value ?? "none")}
      />
    </SecretForm>
  );
}

function Try({ hook }: { hook: Hook }) {
  const { t } = useTranslation("settings");
  const [text, setText] = useState("{\n  \n}");
  const run = useMutation<Tried, ApiError>({ mutationFn: () => api.post<Tried>(`/hooks/${hook.name}/try`, { body: JSON.parse(text) as unknown }) });
  const isJson = (() => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  })();
  return (
    <Stack>
      <JsonInput label={t("hooks.sample")} description={t("hooks.sample_hint")} value={text} onChange={setText} minRows={8} autosize validationError={t("hooks.no_json")} />
      <Group justify="flex-end">
        <Button onClick={() => run.mutate()} loading={run.isPending} disabled={!isJson}>
          {t("hooks.try")}
        </Button>
      </Group>
      {run.error && <Problem error={run.error} />}
      {run.data?.failure && <Alert color="red">{run.data.failure}</Alert>}
      {run.data && !run.data.failure && (run.data.events.length === 0 ? <Text>{t("hooks.no_events")}</Text> : <Code block>{JSON.stringify(run.data.events, null, 2)}</Code>)}
    </Stack>
  );
}
