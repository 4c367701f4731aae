import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/me";
import { Facts } from "@/components/Facts";
import { say } from "@/components/notify";
import { Problem } from "@/components/Problem";
import { useRefresh } from "@/components/refresh";
import { Section } from "@/components/Section";

interface Props {
  /** `/contacts/7`. */
  path: string;
  attributes: Record<string, unknown>;
  permission: string;
}

// Stand in the profile and the head of the page already.
const inProfile = new Set(["email", "name", "locale", "zone", "owner", "tier", "stage"]);

function shown(value: unknown): string {
  return value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** What is known of somebody, and setting it by hand: the tracking plan says what is taken. */
export function Attributes({ path, attributes, permission }: Props) {
  const { t } = useTranslation();
  const can = useCan();
  const [isOpen, { open, close }] = useDisclosure();
  const known = Object.entries(attributes).filter(([name, value]) => value !== null && !inProfile.has(name));
  return (
    <Section
      title={t("contacts.attributes")}
      action={
        can(permission) && (
          <ActionIcon variant="subtle" color="gray" aria-label={t("contacts.edit_attributes")} onClick={open}>
            <IconPencil size={16} aria-hidden />
          </ActionIcon>
        )
      }
    >
      {known.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("contacts.no_attributes")}
        </Text>
      ) : (
        <Facts facts={known.map(([name, value]) => [name, shown(value)])} />
      )}
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("contacts.edit_attributes")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        {isOpen && <Form path={path} attributes={attributes} close={close} />}
      </Modal>
    </Section>
  );
}

function Form({ path, attributes, close }: { path: string; attributes: Record<string, unknown>; close: () => void }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, shown(value)])));
  const [added, setAdded] = useState({ name: "", value: "" });
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const save = async () => {
    const changed = Object.fromEntries(
      Object.entries({ ...values, ...(added.name.trim() === "" ? {} : { [added.name.trim()]: added.value }) })
        .filter(([name, value]) => value !== shown(attributes[name]))
        .map(([name, value]) => [name, value === "" ? null : value]),
    );
    if (Object.keys(changed).length === 0) return close();
    setBusy(true);
    setError(null);
    try {
      await api.patch(path, { attributes: changed });
      say(t("contacts.recorded"));
      refresh(path);
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack gap="sm">
        {Object.entries(values).map(([name, value]) => (
          <TextInput key={name} label={name} value={value} onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })} />
        ))}
        <Group grow align="flex-end">
          <TextInput label={t("contacts.attribute")} value={added.name} onChange={(event) => setAdded({ ...added, name: event.currentTarget.value })} />
          <TextInput label={t("contacts.value")} value={added.value} onChange={(event) => setAdded({ ...added, value: event.currentTarget.value })} />
        </Group>
        <Text size="xs" c="dimmed">
          {t("contacts.attributes_text")}
        </Text>
        {error !== null && <Problem error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
