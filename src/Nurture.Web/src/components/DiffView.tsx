import { Alert, Box, Paper, ScrollArea, Text } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { diff, hunks } from "./diff";
import classes from "./diff.module.css";

/** What differs between two texts, line by line. */
export function DiffView({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation();
  const shown = useMemo(() => hunks(diff(before, after)), [before, after]);
  if (shown.length === 0) return <Alert color="gray">{t("scenarios.no_difference")}</Alert>;
  return (
    <Paper>
      <ScrollArea>
        <Box component="pre" className={classes["diff"]} aria-label={t("scenarios.difference")}>
          {shown.map((line, at) =>
            line === null ? (
              <Text key={at} component="div" c="dimmed" size="xs" px="sm">
                ⋯
              </Text>
            ) : (
              <div key={at} className={classes["line"]} data-kind={line.kind}>
                <span className={classes["sign"]} aria-label={line.kind === "same" ? undefined : t(`scenarios.line_${line.kind}`)}>
                  {line.kind === "added" ? "+" : line.kind === "removed" ? "−" : " "}
                </span>
                <span className={classes["number"]} aria-hidden>
                  {line.line}
                </span>
                {line.text || " "}
              </div>
            ),
          )}
        </Box>
      </ScrollArea>
    </Paper>
  );
}
