import { Button, Group, Modal, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { say } from "@/components/notify";
import { Problem } from "@/components/Problem";
import { useRefresh } from "@/components/refresh";
import { stepWords } from "../scenarios/flow/sentences";
import { allSteps, type VersionText } from "../scenarios/types";
import type { Enrollment } from "./contact";

interface Props {
  enrollment: Enrollment;
  /** Read anew after a change. */
  path: string;
  close: () => void;
}

const waits = ["wait", "wait_for", "wait_until", "wait_date"];

/** What a colleague may do with somebody's passage: skip its wait, take it to another step, begin it again, end it. */
export function EnrollmentWork({ enrollment, path, close }: Props) {
  const { t, i18n } = useTranslation();
  const refresh = useRefresh();
  const version = useApi<VersionText>(`/scenarios/${enrollment.scenario}/versions/${enrollment.version}`);
  const steps = allSteps(version.data?.flow?.steps ?? []);
  const isWaiting = waits.includes(steps.find((step) => step.id === enrollment.step)?.kind ?? "");
  const [act, setAct] = useState<string | null>(null);
  const [step, setStep] = useState<string | null>(null);
  const [because, setBecause] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const work = async () => {
    setBusy(true);
    setError(null);
    try {
      if (act === "stop") await api.delete(`/enrollments/${enrollment.id}`);
      else await api.post(`/enrollments/${enrollment.id}/work`, { act, step: act === "move" ? step : null, because: because.trim() === "" ? null : because.trim() });
      say(t(act === "stop" ? "contacts.stopped" : "contacts.worked"));
      refresh(path);
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={close} title={<Text fw={600}>{t("contacts.work_title", { scenario: enrollment.title ?? enrollment.scenario })}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Radio.Group value={act} onChange={setAct} label={t("contacts.work_what")}>
          <Stack gap="xs" mt="xs">
            <Radio value="skip_wait" label={t("contacts.work_skip_wait")} description={t("contacts.work_skip_wait_text")} disabled={!isWaiting} />
            <Radio value="move" label={t("contacts.work_move")} description={t("contacts.work_move_text")} />
            <Radio value="start_again" label={t("contacts.work_start_again")} description={t("contacts.work_start_again_text")} />
            <Radio value="stop" label={t("contacts.stop")} description={t("contacts.stop_consequence")} />
          </Stack>
        </Radio.Group>
        {act === "move" && (
          <Select
            label={t("contacts.work_step")}
            data={steps.filter((one) => one.id !== enrollment.step).map((one) => ({ value: one.id, label: stepWords(one, i18n.language, t).title }))}
            value={step}
            onChange={setStep}
            searchable
            required
          />
        )}
        {act !== null && act !== "stop" && <TextInput label={t("contacts.because")} value={because} onChange={(event) => setBecause(event.currentTarget.value)} />}
        {error !== null && <Problem error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("common.cancel")}
          </Button>
          <Button color={act === "stop" ? "red" : undefined} onClick={() => void work()} loading={isBusy} disabled={act === null || (act === "move" && step === null)}>
            {t("contacts.work_do")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
