import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  /** Word and value; a value that is nothing is left out. */
  facts: [string, ReactNode][];
}

/** Words and what they are, one below the other. */
export function Facts({ facts }: Props) {
  return (
    <Stack component="dl" gap="xs" m={0}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
        .map(([word, value]) => (
          <div key={word}>
            <Text component="dt" size="xs" c="dimmed">
              {word}
            </Text>
            <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
              {value}
            </Text>
          </div>
        ))}
    </Stack>
  );
}
