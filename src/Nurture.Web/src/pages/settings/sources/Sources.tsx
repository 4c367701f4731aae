import { Button, Modal, Select, Stack, Tabs, TagsInput, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import { Copyable } from "@/components/Copyable";
import { When } from "@/components/When";
import { Hooks } from "../hooks/Hooks";
import { SecretForm, Secrets, type Secret } from "../Secrets";
import { snippets } from "./snippets";

interface Source extends Secret {
  namespace: string;
  key_hint: string;
  default_basis: string;
  allowed_origins: string[] | null;
  allowed_types: string[] | null;
  write_key: string | null;
}

interface Rate {
  id: number;
  expected: number | null;
  came: number;
  hours: number;
  silent_since: string | null;
}

const bases = ["none", "opt_in", "relationship", "published"] as const;

export default function Sources() {
  const { t } = useTranslation("settings");
  const [shown, setShown] = useState<Source | null>(null);
  const rates = useApi<{ items: Rate[] }>("/sources/rates", undefined, { refetchInterval: 60_000 });
  const heard = (id: number) => {
    const rate = rates.data?.items.find((one) => one.id === id);
    if (!rate) return null;
    if (rate.silent_since) return <Text c="red" size="sm">{t("sources.silent", { came: rate.came, expected: rate.expected ?? 0 })} <When at={rate.silent_since} relative /></Text>;
    return <Text size="sm">{rate.expected === null ? t("sources.rate_unknown") : t("sources.rate", { came: rate.came, expected: rate.expected, hours: rate.hours })}</Text>;
  };

  return (
    <>
      <Secrets<Source>
        kind="sources"
        secretOf={(made) => made.write_key}
        form={(onMade) => <NewSource onMade={onMade} />}
        howTo={(writeKey) => <Snippets writeKey={writeKey} />}
        columns={[
          { key: "key", label: t("sources.key"), render: (source) => <Text ff="monospace">{source.key_hint}</Text> },
          { key: "basis", label: t("sources.basis"), render: (source) => t(`sources.bases.${source.default_basis}`) },
          { key: "rate", label: t("sources.heard"), render: (source) => heard(source.id) },
          { key: "origins", label: t("sources.origins"), render: (source) => source.allowed_origins?.join(", ") ?? t("common.all") },
        ]}
        act={(source) => (
          <Button size="compact-sm" variant="subtle" onClick={() => setShown(source)}>
            {t("sources.snippet")}
          </Button>
        )}
      />
      <Hooks />
      <Modal opened={shown !== null} onClose={() => setShown(null)} size="lg" title={<Text fw={600}>{t("sources.snippet_of", { name: shown?.name ?? "" })}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Stack>
          <Text size="sm">{t("sources.snippet_text")}</Text>
          <Snippets writeKey="WRITE_KEY" />
        </Stack>
      </Modal>
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

function NewSource({ onMade }: { onMade: (source: Source) => void }) {
  const { t } = useTranslation("settings");
  const [name, setName] = useState("");
  const [basis, setBasis] = useState("none");
  const [origins, setOrigins] = useState<string[]>([]);
  return (
    <SecretForm path="/sources" asked={{ name, default_basis: basis, allowed_origins: origins.length > 0 ? origins : null }} isComplete={name.trim() !== ""} onMade={onMade}>
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
    </SecretForm>
  );
}
