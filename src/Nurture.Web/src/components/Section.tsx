import { Card, Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** At the right end of the title. */
  action?: ReactNode;
  children: ReactNode;
}

/** A part of a page with a heading of its own. */
export function Section({ title, action, children }: Props) {
  return (
    <Card component="section" padding="md" aria-label={title}>
      <Group justify="space-between" mb="sm" gap="xs" mih={28}>
        <Title order={2} fz="md">
          {title}
        </Title>
        {action}
      </Group>
      {children}
    </Card>
  );
}
