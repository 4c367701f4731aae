import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";

interface Props {
  title: string;
  /** Beside the title: badges. */
  badges?: ReactNode;
  description?: ReactNode;
  /** Buttons; the most important last. */
  actions?: ReactNode;
  /** The page above this one. */
  back?: { to: string; label: string };
}

/** The one heading of a page; it also names the browser's tab. */
export function PageHeader({ title, badges, description, actions, back }: Props) {
  useEffect(() => {
    document.title = `${title} · Nurture`;
  }, [title]);
  return (
    <Stack gap={4} mb="lg">
      {back && (
        <Anchor component={Link} to={back.to} size="sm">
          <Group gap={2} component="span">
            <IconChevronLeft size={16} aria-hidden />
            {back.label}
          </Group>
        </Anchor>
      )}
      <Group justify="space-between" align="flex-start" gap="sm">
        <Group gap="sm">
          <Title order={1}>{title}</Title>
          {badges}
        </Group>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {description && (
        <Text c="dimmed" maw={720} component="div">
          {description}
        </Text>
      )}
    </Stack>
  );
}
