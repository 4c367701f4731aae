import { Button, Checkbox, Group, Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { LinkTo } from "@/components/LinkTo";
import { say } from "@/components/notify";
import { Problem } from "@/components/Problem";
import { useRefresh } from "@/components/refresh";
import { Sentence } from "@/components/Sentence";
import { Section } from "@/components/Section";
import { useNow } from "@/api/clock";
import { formatInstant, formatRelative } from "@/components/times";
import type { Enrollment } from "./contact";
import { EnrollmentWork } from "./EnrollmentWork";

interface Props {
  subject: string;
  /** Read anew after a change: `/contacts/7`. */
  path: string;
  enrollments: Enrollment[];
  /** What its account is in, shown and not changed here. */
  through?: { name: string; enrollments: Enrollment[] };
}

/** The scenarios somebody is in, since when, and where; enrolling and changing by hand. */
export function Enrollments({ subject, path, enrollments, through }: Props) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const now = useNow();
  const [isOpen, { open, close }] = useDisclosure();
  const [worked, setWorked] = useState<Enrollment | null>(null);
  return (
    <Section
      title={t("contacts.scenarios")}
      action={
        can("enrollments.write") && (
          <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
            {t("contacts.enroll")}
          </Button>
        )
      }
    >
      {enrollments.length === 0 && !through?.enrollments.length && (
        <Text size="sm" c="dimmed">
          {t("contacts.in_none")}
        </Text>
      )}
      <Stack gap="sm">
        {[...enrollments, ...(through?.enrollments ?? [])].map((enrollment) => (
          <Group key={enrollment.id} justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
            <Stack gap={2} style={{ minWidth: 0 }}>
              <LinkTo to={`/scenarios/${enrollment.scenario}`} fw={600} size="sm">
                {enrollment.title ?? enrollment.scenario}
              </LinkTo>
              <Text size="xs" c="dimmed" title={formatInstant(enrollment.entered_at, i18n.language)}>
                {t("contacts.since", { at: formatRelative(enrollment.entered_at, now, i18n.language) ?? t("common.just_now") })}
              </Text>
              {enrollment.subject !== subject && (
                <Text size="xs" c="dimmed">
                  {t("contacts.through", { account: through?.name })}
                </Text>
              )}
              <Text size="xs">
                <Sentence text={t("contacts.at_step", { where: enrollment.where ?? enrollment.step })} />
              </Text>
            </Stack>
            {can("enrollments.write") && enrollment.subject === subject && (
              <Button size="compact-xs" variant="default" style={{ flexShrink: 0 }} onClick={() => setWorked(enrollment)}>
                {t("contacts.work")}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
      {worked && <EnrollmentWork enrollment={worked} path={path} close={() => setWorked(null)} />}
      <EnrollDialog subject={subject} path={path} isOpen={isOpen} close={close} />
    </Section>
  );
}

function EnrollDialog({ subject, path, isOpen, close }: { subject: string; path: string; isOpen: boolean; close: () => void }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [scenario, setScenario] = useState<string | null>(null);
  const [isForced, setForced] = useState(false);
  const [because, setBecause] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const scenarios = useApi<ApiPage<{ name: string; title: string | null; subject: string | null; live_version: number | null }>>("/scenarios", { limit: 500 }, { enabled: isOpen });
  const fitting = scenarios.data?.items.filter((one) => one.live_version !== null && one.subject === subject.split(":")[0]) ?? [];

  const enroll = async () => {
    setBusy(true);
    setError(null);
    try {
      await api.post("/enrollments", { subject, scenario, force: isForced, because: because === "" ? null : because });
      say(t("contacts.enroll_asked"));
      refresh(path);
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("contacts.enroll_title")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Select
          label={t("contacts.scenario")}
          data={fitting.map((one) => ({ value: one.name, label: one.title ?? one.name }))}
          value={scenario}
          onChange={setScenario}
          searchable
          nothingFoundMessage={t("contacts.no_fitting_scenario")}
          data-autofocus
        />
        <Text size="sm" c="dimmed">
          {t("contacts.enroll_text")}
        </Text>
        <Checkbox label={t("contacts.force")} checked={isForced} onChange={(event) => setForced(event.currentTarget.checked)} />
        {isForced && <Textarea label={t("contacts.because")} value={because} onChange={(event) => setBecause(event.currentTarget.value)} required />}
        {error !== null && <Problem error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("common.cancel")}
          </Button>
          <Button onClick={() => void enroll()} loading={isBusy} disabled={scenario === null || (isForced && because.trim() === "")}>
            {t("contacts.enroll")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
