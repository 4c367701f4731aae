import { Button, Group, Modal, Select, Stack, Tabs, TagsInput, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useApi, usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { Copyable } from "@/components/Copyable";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { Once } from "./Once";
import { snippets } from "./snippets";

interface Source {
  id: number;
  name: string;
  namespace: string;
  key_hint: string;
  default_basis: string;
  allowed_origins: string[] | null;
  allowed_types: string[] | null;
  created_at: string;
  revoked_at: string | null;
  write_key: string | null;
}

const bases = ["none", "opt_in", "relationship", "published"] as const;

export default function Sources() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const queries = useQueryClient();
  const list = usePage<Source>("/sources");
  const [isOpen, { open, close }] = useDisclosure();
  const [made, setMade] = useState<Source | null>(null);
  const [shown, setShown] = useState<Source | null>(null);
  const reread = () => queries.invalidateQueries({ queryKey: ["/sources"] });

  return (
    <>
      <PageHeader
        title={t("sources.title")}
        description={t("sources.about")}
        back={{ to: "/settings", label: t("title") }}
        actions={
          can("sources.write") && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              {t("sources.new")}
            </Button>
          )
        }
      />
      <DataList
        list={list}
        label={t("sources.title")}
        rowKey={(source) => source.id}
        empty={<Empty title={t("sources.none")}>{t("sources.none_text")}</Empty>}
        columns={[
          {
            key: "name",
            label: t("name"),
            render: (source) => (
              <Group gap="xs">
                <Text fw={600} td={source.revoked_at ? "line-through" : undefined}>
                  {source.name}
                </Text>
                {source.revoked_at && <StateBadge tone="quiet">{t("revoked")}</StateBadge>}
              </Group>
            ),
          },
          { key: "key", label: t("sources.key"), render: (source) => <Text ff="monospace">{source.key_hint}</Text> },
          { key: "basis", label: t("sources.basis"), render: (source) => t(`sources.bases.${source.default_basis}`) },
          { key: "origins", label: t("sources.origins"), render: (source) => source.allowed_origins?.join(", ") ?? t("common.all") },
          { key: "made", label: t("made"), render: (source) => <When at={source.created_at} relative /> },
          {
            key: "do",
            label: "",
            align: "right",
            render: (source) =>
              !source.revoked_at && (
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  <Button size="compact-sm" variant="subtle" onClick={() => setShown(source)}>
                    {t("sources.snippet")}
                  </Button>
                  {can("sources.write") && (
                    <ConfirmButton
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      question={t("sources.revoke_question", { name: source.name })}
                      consequence={t("sources.revoke_text")}
                      act={t("revoke")}
                      onConfirm={() => api.delete(`/sources/${source.id}`).then(reread)}
                    >
                      {t("revoke")}
                    </ConfirmButton>
                  )}
                </Group>
              ),
          },
        ]}
      />
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("sources.new")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <NewSource
          onMade={async (source) => {
            close();
            setMade(source);
            await reread();
          }}
        />
      </Modal>
      <Modal opened={shown !== null} onClose={() => setShown(null)} size="lg" title={<Text fw={600}>{t("sources.snippet_of", { name: shown?.name ?? "" })}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Stack>
          <Text size="sm">{t("sources.snippet_text")}</Text>
          <Snippets writeKey="WRITE_KEY" />
        </Stack>
      </Modal>
      <Once title={t("sources.made", { name: made?.name ?? "" })} text={t("sources.made_text")} secret={made?.write_key ?? null} onClose={() => setMade(null)}>
        {made?.write_key && <Snippets writeKey={made.write_key} />}
      </Once>
    </>
  );
}

function Snippets({ writeKey }: { writeKey: string }) {
  const { t } = useTranslation("settings");
  const sending = useApi<{ links: string }>("/sending");
  const all = snippets(sending.data?.links ?? window.location.origin, writeKey);
  return (
    <Tabs defaultValue="browser">
      <Tabs.List>
        <Tabs.Tab value="browser">{t("sources.browser")}</Tabs.Tab>
        <Tabs.Tab value="node">Node.js</Tabs.Tab>
        <Tabs.Tab value="curl">curl</Tabs.Tab>
      </Tabs.List>
      {Object.entries(all).map(([name, text]) => (
        <Tabs.Panel key={name} value={name} pt="sm">
          <Copyable text={text} isBlock />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function NewSource({ onMade }: { onMade: (source: Source) => Promise<void> }) {
  const { t } = useTranslation("settings");
  const [name, setName] = useState("");
  const [basis, setBasis] = useState("none");
  const [origins, setOrigins] = useState<string[]>([]);
  const make = useMutation<Source, ApiError>({
    mutationFn: () => api.post<Source>("/sources", { name, default_basis: basis, allowed_origins: origins.length > 0 ? origins : null }),
    onSuccess: onMade,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Stack>
        <TextInput label={t("name")} description={t("sources.name_hint")} required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Select
          label={t("sources.basis")}
          description={t("sources.basis_hint")}
          data={bases.map((value) => ({ value, label: t(`sources.bases.${value}`) }))}
          value={basis}
          allowDeselect={false}
          onChange={(value) => setBasis(value ?? "none")}
        />
        <TagsInput label={t("sources.origins")} description={t("sources.origins_hint")} placeholder="https://www.example.com" value={origins} onChange={setOrigins} acceptValueOnBlur />
        {make.error && <Problem error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending}>
            {t("common.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
