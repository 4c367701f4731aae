import { Badge, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { formatInstant } from "@/components/times";

interface Arm {
  arm: string;
  subject: string | null;
  left: number;
  clicked: number;
  others_left: number;
  others_clicked: number;
}

interface SubjectTest {
  step: string;
  version: number;
  state: "waiting" | "running" | "undecided" | "decided";
  decide_at: string | null;
  decided_at: string | null;
  winner: string | null;
  arms: Arm[];
}

/** How the subjects that a scenario's mails test have come off, and which one won; nothing where none is tested. */
export function SubjectTests({ name, isBroadcast = false }: { name: string; isBroadcast?: boolean }) {
  const { t, i18n } = useTranslation();
  const { data } = useApi<ApiPage<SubjectTest>>(`/scenarios/${name}/subject-tests`, undefined, { refetchInterval: 15_000, retry: false });
  const tests = data?.items ?? [];
  if (tests.length === 0) return null;
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const share = (part: number, of: number) => (of === 0 ? "" : ` (${new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 }).format(part / of)})`);
  const newest = Math.max(...tests.map((test) => test.version));
  return (
    <Stack>
      {tests.map((test) => {
        const title = isBroadcast ? t("subjects.title") : `${t("subjects.title_at", { step: test.step })}${test.version === newest ? "" : ` (${t("subjects.of_version", { version: test.version })})`}`;
        const at = test.state === "decided" ? test.decided_at : test.decide_at;
        return (
          <Paper key={`${test.step} ${test.version}`} p="md" component="section" aria-label={title} data-testid="subject-test">
            <Title order={3} fz="md">
              {title}
            </Title>
            <Text size="sm" c="dimmed" mb="xs">
              {t(`subjects.state.${test.state}`, { at: at ? formatInstant(at, i18n.language) : "" })}
            </Text>
            <Table.ScrollContainer minWidth={480}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("subjects.arm")}</Table.Th>
                    <Table.Th ta="right">{t("subjects.left")}</Table.Th>
                    <Table.Th ta="right">{t("subjects.clicked")}</Table.Th>
                    <Table.Th ta="right">{t("subjects.others")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {test.arms.map((arm) => (
                    <Table.Tr key={arm.arm}>
                      <Table.Td>
                        <Text span fw={600} size="sm" me={8}>
                          {arm.arm}
                        </Text>
                        {arm.subject}
                        {arm.arm === test.winner && (
                          <Badge ms="xs" color="green" variant="light">
                            {t("subjects.won")}
                          </Badge>
                        )}
                      </Table.Td>
                      <Table.Td ta="right">{number(arm.left)}</Table.Td>
                      <Table.Td ta="right">
                        {number(arm.clicked)}
                        {share(arm.clicked, arm.left)}
                      </Table.Td>
                      <Table.Td ta="right">{number(arm.others_left)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </Paper>
        );
      })}
    </Stack>
  );
}
