import { Alert, Button, Checkbox, Group, Modal, MultiSelect, NumberInput, Radio, SegmentedControl, Select, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { Problem } from "@/components/Problem";
import { useRefresh } from "@/components/refresh";
import { ConditionBuilder } from "@/components/conditions/ConditionBuilder";
import { stepWords } from "../flow/sentences";
import { allSteps, type Scenario, type Vocabulary } from "../types";
import { starts, type Bulk } from "./types";

interface Props {
  scenario: Scenario;
  acts: Bulk["act"][];
  close: () => void;
}

/** Who is meant and what is done to them. Nothing is done yet: they are counted first. */
export function AskBulk({ scenario, acts, close }: Props) {
  const { t, i18n } = useTranslation();
  const refresh = useRefresh();
  const { data: vocabulary } = useApi<Vocabulary>("/vocabulary");
  const [act, setAct] = useState<Bulk["act"]>(acts[0]!);
  const [by, setBy] = useState<"list" | "condition">("list");
  const [list, setList] = useState("");
  const [condition, setCondition] = useState("");
  const [steps, setSteps] = useState<string[]>([]);
  const [version, setVersion] = useState<number | string>("");
  const [after, setAfter] = useState<string | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const [step, setStep] = useState<string | null>(null);
  const [isForced, setForced] = useState(false);
  const [because, setBecause] = useState("");
  const [pace, setPace] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [asked, setAsked] = useState<Bulk | null>(null);
  const isStart = starts.includes(act);
  const named = allSteps(scenario.flow?.steps ?? []).map((one) => ({ value: one.id, label: stepWords(one, i18n.language, t).title }));
  const isReady = (act !== "start" || by === "condition" || list.trim() !== "") && (act !== "move" || step !== null) && (!isForced || because.trim() !== "");

  const ask = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await api.post<Bulk>(`/scenarios/${scenario.name}/bulk`, {
        act,
        list: act === "start" && by === "list" ? list : null,
        condition: act === "start" && by === "list" ? null : condition,
        steps: isStart ? null : steps,
        version: isStart || version === "" ? null : Number(version),
        entered_after: isStart || !after ? null : new Date(after).toISOString(),
        entered_before: isStart || !before ? null : new Date(before).toISOString(),
        step: act === "move" ? step : null,
        force: isStart && isForced,
        because: because.trim() === "" ? null : because.trim(),
        pace: pace.trim() === "" ? null : pace.trim(),
      });
      refresh(`/scenarios/${scenario.name}/bulk`);
      if (answer.not_found_count > 0) setAsked(answer);
      else close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={close} size="lg" title={<Text fw={600}>{t(isStart ? "bulk.start_many" : "bulk.work_many")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
      {asked ? (
        <Stack>
          <Alert color="yellow" title={t("bulk.not_found", { count: asked.not_found_count })}>
            {asked.not_found.map((entry) => (
              <Text key={entry} size="sm">
                {entry}
              </Text>
            ))}
          </Alert>
          <Group justify="flex-end">
            <Button onClick={close}>{t("common.close")}</Button>
          </Group>
        </Stack>
      ) : (
        <Stack>
          {acts.length > 1 && (
            <Radio.Group value={act} onChange={(next) => setAct(next as Bulk["act"])} label={t("bulk.what")}>
              <Stack gap="xs" mt="xs">
                {acts.map((one) => (
                  <Radio key={one} value={one} label={t(`bulk.act.${one}`)} description={t(`bulk.text.${one}`)} />
                ))}
              </Stack>
            </Radio.Group>
          )}
          {act === "start" && (
            <SegmentedControl
              value={by}
              onChange={(next) => setBy(next as "list" | "condition")}
              aria-label={t("bulk.whom")}
              data={[
                { value: "list", label: t("bulk.by_list") },
                { value: "condition", label: t("bulk.by_condition") },
              ]}
            />
          )}
          {act === "start" && by === "list" && <Textarea label={t("bulk.list")} description={t("bulk.list_text")} value={list} onChange={(change) => setList(change.currentTarget.value)} autosize minRows={4} maxRows={12} />}
          {act === "move" && <Select label={t("bulk.to_step")} data={named} value={step} onChange={setStep} searchable required />}
          {!isStart && (
            <>
              <MultiSelect label={t("scenarios.standing_on")} placeholder={steps.length === 0 ? t("scenarios.any_step") : undefined} data={named} value={steps} onChange={setSteps} clearable />
              <Group grow>
                <DateTimePicker label={t("bulk.after")} value={after} onChange={setAfter} clearable />
                <DateTimePicker label={t("bulk.before")} value={before} onChange={setBefore} clearable />
                <NumberInput label={t("scenarios.version")} min={1} value={version} onChange={setVersion} />
              </Group>
            </>
          )}
          {!(act === "start" && by === "list") && vocabulary && <ConditionBuilder value={condition} onChange={setCondition} vocabulary={vocabulary} />}
          {isStart && <Checkbox label={t("bulk.force")} description={t("bulk.force_text")} checked={isForced} onChange={(change) => setForced(change.currentTarget.checked)} />}
          <TextInput label={t("bulk.because")} value={because} onChange={(change) => setBecause(change.currentTarget.value)} required={isForced} />
          <TextInput label={t("bulk.pace")} description={t("bulk.pace_text")} placeholder="500/h" value={pace} onChange={(change) => setPace(change.currentTarget.value)} />
          {error !== null && <Problem error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button onClick={() => void ask()} loading={isBusy} disabled={!isReady}>
              {t("bulk.count")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
