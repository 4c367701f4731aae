import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LinkTo } from "@/components/LinkTo";
import type { Asker } from "./types";

const roots = { scenario: "/scenarios", broadcast: "/broadcasts", segment: "/segments/of", mail: "/mail/templates" };

/** What names a segment, each with its kind. */
export function Askers({ askers }: { askers: Asker[] }) {
  const { t } = useTranslation();
  if (askers.length === 0)
    return (
      <Text span inherit c="dimmed">
        {t("segments.nobody_asks")}
      </Text>
    );
  return (
    <Stack gap={2}>
      {askers.map((asker) => (
        <Text key={`${asker.kind}${asker.name}`} size="sm" component="div">
          {asker.kind === "health" ? (
            t("segments.health")
          ) : (
            <>
              <LinkTo to={`${roots[asker.kind]}/${asker.name}`} size="sm">
                {asker.title}
              </LinkTo>{" "}
              <Text span size="xs" c="dimmed">
                {t(`segments.kinds.${asker.kind}`)}
              </Text>
            </>
          )}
        </Text>
      ))}
    </Stack>
  );
}
