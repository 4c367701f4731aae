import { Stack, Text, ThemeIcon } from "@mantine/core";
import { IconMoodEmpty, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** What would make it fill. */
  children?: ReactNode;
  icon?: Icon;
}

export function Empty({ title, children, icon: EmptyIcon = IconMoodEmpty }: Props) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md">
      <ThemeIcon variant="light" color="gray" size={48} radius="xl">
        <EmptyIcon size={26} stroke={1.5} aria-hidden />
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      {children && (
        <Text component="div" size="sm" c="dimmed" ta="center" maw={480}>
          {children}
        </Text>
      )}
    </Stack>
  );
}
