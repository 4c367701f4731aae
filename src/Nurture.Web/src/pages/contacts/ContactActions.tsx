import { Button, Menu, Modal, Stack, Text, TextInput, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconDownload, IconDoorExit, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/me";
import { say, sayFailed } from "@/components/notify";
import { Problem } from "@/components/Problem";
import { useRefresh } from "@/components/refresh";
import { nameOf, type Contact } from "./contact";

/** What is done with a contact as a whole. */
export function ContactActions({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const can = useCan();
  const [isErasing, erasing] = useDisclosure();
  const [isLeaving, leaving] = useDisclosure();
  if (!can("contacts.export") && !can("contacts.erase") && !can("contacts.write")) return null;

  const save = async () => {
    const everything = await api.get<unknown>(`/contacts/${contact.id}/export`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" }));
    link.download = `contact-${contact.id}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
            {t("common.actions")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {can("contacts.export") && (
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => void save().catch(sayFailed)}>
              {t("contacts.export")}
            </Menu.Item>
          )}
          {can("contacts.write") && contact.status === "active" && (
            <Menu.Item leftSection={<IconDoorExit size={16} aria-hidden />} onClick={leaving.open}>
              {t("contacts.mark_left")}
            </Menu.Item>
          )}
          {can("contacts.erase") && (
            <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={erasing.open}>
              {t("contacts.erase")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Ask
        isOpen={isLeaving}
        close={leaving.close}
        question={t("contacts.left_question", { name: nameOf(contact) })}
        consequence={t("contacts.left_consequence")}
        act={t("contacts.mark_left")}
        path={`/contacts/${contact.id}`}
        onConfirm={() => api.post(`/contacts/${contact.id}/left`)}
      />
      <Ask
        isOpen={isErasing}
        close={erasing.close}
        question={t("contacts.erase_question", { name: nameOf(contact) })}
        consequence={t("contacts.erase_consequence")}
        act={t("contacts.erase")}
        path={`/contacts/${contact.id}`}
        typed={t("contacts.erase_word")}
        onConfirm={() => api.delete(`/contacts/${contact.id}`)}
      />
    </>
  );
}

interface AskProps {
  isOpen: boolean;
  close: () => void;
  question: string;
  consequence: string;
  act: string;
  path: string;
  /** What has to be typed before it can be done. */
  typed?: string;
  onConfirm: () => Promise<unknown>;
}

function Ask({ isOpen, close, question, consequence, act, path, typed, onConfirm }: AskProps) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
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
    <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{question}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Text size="sm">{consequence}</Text>
        {typed && <TextInput label={t("contacts.type_to_confirm", { word: typed })} value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />}
        {error !== null && <Problem error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("common.cancel")}
          </Button>
          <Button color="red" loading={isBusy} disabled={typed !== undefined && text.trim() !== typed} onClick={() => void confirm()}>
            {act}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
