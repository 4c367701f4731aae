import { Button, Code, CopyButton, Group, Stack } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Text that is there to be copied: a key, a link, a snippet. */
export function Copyable({ text, isBlock = false }: { text: string; isBlock?: boolean }) {
  const { t } = useTranslation();
  const button = (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="light" onClick={copy} leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}>
          {t(copied ? "common.copied" : "common.copy")}
        </Button>
      )}
    </CopyButton>
  );
  if (!isBlock)
    return (
      <Group gap="xs">
        <Code style={{ overflowWrap: "anywhere" }}>{text}</Code>
        {button}
      </Group>
    );
  return (
    <Stack gap="xs" align="flex-start">
      <Code block w="100%" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {text}
      </Code>
      {button}
    </Stack>
  );
}
