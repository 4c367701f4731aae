import { Button, Group, Modal, Stack, Text, type ButtonProps } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "./Problem";

interface Props extends ButtonProps {
  /** The question, as the dialog's title. */
  question: string;
  /** What will follow. */
  consequence?: ReactNode;
  /** What the confirming button says: the act, not "OK". */
  act: string;
  /** Done on confirmation; the dialog stays open and shows why when it fails. */
  onConfirm: () => Promise<unknown>;
  children: ReactNode;
}

/** A button that asks before it does something that cannot be taken back. */
export function ConfirmButton({ question, consequence, act, onConfirm, children, ...button }: Props) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Button {...button} onClick={open}>
        {children}
      </Button>
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{question}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Stack>
          {consequence && (
            <Text size="sm" component="div">
              {consequence}
            </Text>
          )}
          {error !== null && <Problem error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t("common.cancel")}
            </Button>
            <Button color={button.color ?? "red"} loading={isBusy} onClick={() => void confirm()}>
              {act}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
