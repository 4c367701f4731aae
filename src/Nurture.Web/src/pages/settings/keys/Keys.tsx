import { Checkbox, ScrollArea, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/api/me";
import { When } from "@/components/When";
import { SecretForm, Secrets, type Secret } from "../Secrets";

interface Key extends Secret {
  hint: string;
  scopes: string[];
  last_used_at: string | null;
  key: string | null;
}

export default function Keys() {
  const { t } = useTranslation("settings");
  return (
    <Secrets<Key>
      kind="keys"
      secretOf={(made) => made.key}
      form={(onMade) => <NewKey onMade={onMade} />}
      columns={[
        { key: "hint", label: t("keys.hint"), render: (key) => <Text ff="monospace">{key.hint}</Text> },
        { key: "scopes", label: t("keys.may"), render: (key) => <Scopes scopes={key.scopes} /> },
        { key: "used", label: t("last_used"), render: (key) => <When at={key.last_used_at} relative empty={t("never")} /> },
      ]}
    />
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

function NewKey({ onMade }: { onMade: (key: Key) => void }) {
  const { t } = useTranslation("settings");
  const { permissions } = useMe();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const all = chosen.length === permissions.length;

  return (
    <SecretForm path="/keys" asked={{ name, scopes: chosen }} isComplete={name.trim() !== "" && chosen.length > 0} onMade={onMade}>
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
    </SecretForm>
  );
}
