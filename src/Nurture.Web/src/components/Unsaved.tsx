import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

interface Props {
  /** Asked when somebody goes elsewhere; the browser asks in its own words when they close the page. */
  isLost: () => boolean;
  question: string;
  consequence: string;
  /** What the button says that goes on. */
  act: string;
}

/** Asks before a page is left with what was written on it. */
export function Unsaved({ isLost, question, consequence, act }: Props) {
  const { t } = useTranslation();
  const leaving = useBlocker({ shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isLost(), enableBeforeUnload: isLost, withResolver: true });
  return (
    <Modal opened={leaving.status === "blocked"} onClose={() => leaving.reset?.()} title={<Text fw={600}>{question}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Text size="sm">{consequence}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => leaving.reset?.()} data-autofocus>
            {t("common.cancel")}
          </Button>
          <Button color="red" onClick={() => leaving.proceed?.()}>
            {act}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
