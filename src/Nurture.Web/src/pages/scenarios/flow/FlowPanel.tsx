import { Group, SegmentedControl, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/Loading";
import FlowList from "./FlowList";
import type { FlowProps } from "./FlowView";

const FlowView = lazy(() => import("./FlowView"));

/** A flow, drawn or in words as its reader likes; on a phone in words first. */
export function FlowPanel({ height, ...props }: FlowProps & { height?: number | string }) {
  const { t } = useTranslation();
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [chosen, choose] = useState<string | null>(null);
  const shown = chosen ?? (isPhone ? "list" : "drawing");
  return (
    <Stack gap="xs">
      <Group justify="flex-end">
        <SegmentedControl
          size="xs"
          value={shown}
          onChange={choose}
          aria-label={t("flow.how_shown")}
          data={[
            { value: "drawing", label: t("flow.as_drawing") },
            { value: "list", label: t("flow.as_list") },
          ]}
        />
      </Group>
      {shown === "list" ? (
        <FlowList {...props} />
      ) : (
        <Suspense fallback={<Loading rows={8} />}>
          <FlowView {...props} height={height} />
        </Suspense>
      )}
    </Stack>
  );
}
