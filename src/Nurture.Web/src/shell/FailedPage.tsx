import { Button, Container, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Problem } from "@/components/Problem";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Container size="sm" py="xl">
      <Stack align="flex-start">
        <Title order={1}>{t("common.not_found")}</Title>
        <Text>{t("common.not_found_text")}</Text>
        <Button component={Link} to="/">
          {t("common.to_start")}
        </Button>
      </Stack>
    </Container>
  );
}

export function FailedPage({ error, reset }: { error: Error; reset: () => void }) {
  const { t } = useTranslation();
  return (
    <Container size="sm" py="xl">
      <Stack>
        <Title order={1}>{t("common.broken")}</Title>
        <Problem error={error} retry={reset} />
      </Stack>
    </Container>
  );
}
