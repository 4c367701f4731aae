import { Button, Card, Center, Group, Stack, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/shell/Logo";
import { languages, setLanguage } from "@/words";

const names = { en: "English", ja: "日本語" } as const;

/** A card in the middle: what stands around those who are not in yet. */
export function Entrance({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  const { i18n } = useTranslation();
  useEffect(() => {
    document.title = `${title} · Nurture`;
  }, [title]);
  return (
    <Center mih="100vh" p="md">
      <Stack w="100%" maw={420} gap="md">
        <Group justify="center" gap="xs">
          <Logo size={36} />
          <Text fw={650} size="xl">
            Nurture
          </Text>
        </Group>
        <Card component="main" shadow="sm" padding="xl">
          <Stack gap="md">
            <Title order={1}>{title}</Title>
            {text && <Text c="dimmed">{text}</Text>}
            {children}
          </Stack>
        </Card>
        <Group justify="center" gap="xs">
          {languages.map((language) => (
            <Button
              key={language}
              variant="subtle"
              size="compact-sm"
              lang={language}
              aria-pressed={i18n.language === language}
              color={i18n.language === language ? undefined : "gray"}
              onClick={() => void setLanguage(language)}
            >
              {names[language]}
            </Button>
          ))}
        </Group>
      </Stack>
    </Center>
  );
}
