import { Alert, Button, Stack, Text, type AlertProps } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";

interface Props extends Omit<AlertProps, "title" | "children"> {
  error: unknown;
  retry?: () => void;
}

/** What went wrong, and in the server's words what was found and what would be right. */
export function Problem({ error, retry, ...alert }: Props) {
  const { t } = useTranslation();
  const problem = error instanceof ApiError ? error : null;
  const title = problem === null ? t("common.failed") : problem.status === 0 ? t("common.unreachable") : t(`common.problem.${problem.kind.replaceAll("-", "_")}`, { defaultValue: problem.status === 403 ? t("common.forbidden") : problem.problem.title });
  const detail = problem === null ? String((error as Error)?.message ?? error) : problem.status === 0 ? null : problem.problem.detail;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={title} role="alert" {...alert}>
      <Stack gap="sm" align="flex-start">
        {detail && <Text size="sm">{detail}</Text>}
        {retry && (
          <Button size="compact-sm" variant="light" color="red" onClick={retry}>
            {t("common.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
