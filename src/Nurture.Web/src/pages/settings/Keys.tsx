import { Button, Checkbox, Group, Modal, ScrollArea, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan, useMe } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { Once } from "./Once";

interface Key {
  id: number;
  name: string;
  hint: string;
  scopes: string[];
  created_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
  key: string | null;
}

export default function Keys() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const queries = useQueryClient();
  const list = usePage<Key>("/keys");
  const [isOpen, { open, close }] = useDisclosure();
  const [made, setMade] = useState<Key | null>(null);
  const reread = () => queries.invalidateQueries({ queryKey: ["/keys"] });

  return (
    <>
      <PageHeader
        title={t("keys.title")}
        description={t("keys.about")}
        back={{ to: "/settings", label: t("title") }}
        actions={
          can("keys.write") && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              {t("keys.new")}
            </Button>
          )
        }
      />
      <DataList
        list={list}
        label={t("keys.title")}
        rowKey={(key) => key.id}
        empty={<Empty title={t("keys.none")}>{t("keys.none_text")}</Empty>}
        columns={[
          {
            key: "name",
            label: t("name"),
            render: (key) => (
              <Group gap="xs">
                <Text fw={600} td={key.revoked_at ? "line-through" : undefined}>
                  {key.name}
                </Text>
                {key.revoked_at && <StateBadge tone="quiet">{t("revoked")}</StateBadge>}
              </Group>
            ),
          },
          { key: "hint", label: t("keys.hint"), render: (key) => <Text ff="monospace">{key.hint}</Text> },
          { key: "scopes", label: t("keys.may"), render: (key) => <Scopes scopes={key.scopes} /> },
          { key: "used", label: t("last_used"), render: (key) => <When at={key.last_used_at} relative empty={t("never")} /> },
          { key: "made", label: t("made"), render: (key) => <When at={key.created_at} relative /> },
          {
            key: "do",
            label: "",
            align: "right",
            render: (key) =>
              can("keys.write") &&
              !key.revoked_at && (
                <ConfirmButton
                  size="compact-sm"
                  variant="subtle"
                  color="red"
                  question={t("keys.revoke_question", { name: key.name })}
                  consequence={t("keys.revoke_text")}
                  act={t("revoke")}
                  onConfirm={() => api.delete(`/keys/${key.id}`).then(reread)}
                >
                  {t("revoke")}
                </ConfirmButton>
              ),
          },
        ]}
      />
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("keys.new")}</Text>} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
        <NewKey
          onMade={async (key) => {
            close();
            setMade(key);
            await reread();
          }}
        />
      </Modal>
      <Once title={t("keys.made", { name: made?.name ?? "" })} text={t("keys.made_text")} secret={made?.key ?? null} onClose={() => setMade(null)} />
    </>
  );
}

function Scopes({ scopes }: { scopes: string[] }) {
  const { t } = useTranslation("settings");
  if (scopes.includes("*")) return <Text size="sm">{t("keys.everything")}</Text>;
  const shown = scopes.slice(0, 3);
  return (
    <Text size="sm" title={scopes.join("\n")}>
      {shown.join(", ")}
      {scopes.length > shown.length && ` ${t("keys.and_more", { count: scopes.length - shown.length })}`}
    </Text>
  );
}

function NewKey({ onMade }: { onMade: (key: Key) => Promise<void> }) {
  const { t } = useTranslation("settings");
  const { permissions } = useMe();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const make = useMutation<Key, ApiError>({ mutationFn: () => api.post<Key>("/keys", { name, scopes: chosen }), onSuccess: onMade });
  const all = chosen.length === permissions.length;

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Stack>
        <TextInput label={t("name")} description={t("keys.name_hint")} required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Checkbox.Group label={t("keys.may")} description={t("keys.may_hint")} value={chosen} onChange={setChosen} required>
          <Checkbox
            mt="xs"
            label={<Text fw={600}>{t("keys.everything")}</Text>}
            checked={all}
            indeterminate={chosen.length > 0 && !all}
            onChange={() => setChosen(all ? [] : permissions)}
          />
          <ScrollArea.Autosize mah={280} mt="xs" type="auto">
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" p={4}>
              {permissions.map((permission) => (
                <Checkbox key={permission} value={permission} label={<Text ff="monospace" size="sm">{permission}</Text>} />
              ))}
            </SimpleGrid>
          </ScrollArea.Autosize>
        </Checkbox.Group>
        {make.error && <Problem error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending} disabled={name.trim() === "" || chosen.length === 0}>
            {t("common.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
