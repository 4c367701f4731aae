import { Alert, Button, Modal, Stack, Text } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Copyable } from "@/components/Copyable";

interface Props {
  title: string;
  /** What it is good for, and what to do with it. */
  text: string;
  secret: string | null;
  onClose: () => void;
  children?: ReactNode;
}

/** Something that is shown now and never again. Only the button closes it. */
export function Once({ title, text, secret, onClose, children }: Props) {
  const { t } = useTranslation("settings");
  return (
    <Modal opened={secret !== null} onClose={onClose} title={<Text fw={600}>{title}</Text>} size="lg" withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack>
        <Text size="sm">{text}</Text>
        <Copyable text={secret ?? ""} isBlock />
        <Alert color="yellow" icon={<IconEyeOff aria-hidden />}>
          {t("once")}
        </Alert>
        {children}
        <Button onClick={onClose}>{t("kept")}</Button>
      </Stack>
    </Modal>
  );
}
