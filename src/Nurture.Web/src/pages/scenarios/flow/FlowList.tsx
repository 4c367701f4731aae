import { Badge, Text, ThemeIcon, UnstyledButton } from "@mantine/core";
import { IconDoorExit, IconTarget, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { stepKinds, triggerKinds, unknownKind } from "../kinds";
import type { FlowStep, FlowWay } from "../types";
import type { FlowProps } from "./FlowView";
import { conditionWords, edgeWords, lengthWords, stepWords, triggerWords } from "./sentences";
import classes from "./flow.module.css";

/** The drawing in words: what a phone shows, and what a screen reader reads. */
export default function FlowList(props: FlowProps) {
  const { t, i18n } = useTranslation();
  const { flow, selected, onSelect } = props;
  const trigger = triggerWords(flow, i18n.language, t);
  const kind = triggerKinds[flow.trigger.kind] ?? unknownKind;
  return (
    <ol className={classes["list"]} aria-label={t("flow.steps")}>
      <li>
        <Row icon={kind.icon} color={kind.color} title={trigger.title} detail={[trigger.detail, flow.audience && `${t("flow.audience")}: ${flow.audience}`].filter(Boolean).join(" · ")} isSelected={selected === "trigger"} onClick={onSelect && (() => onSelect("trigger"))} />
      </li>
      {flow.goal && (
        <li>
          <Row
            icon={IconTarget}
            color="teal"
            title={`${t("flow.goal_is", { condition: conditionWords(flow.goal.when, i18n.language, t) })} ${flow.goal.within ? t("flow.within", { length: lengthWords(flow.goal.within, i18n.language, t) }) : ""}`}
          />
        </li>
      )}
      {flow.exits.length > 0 && (
        <li>
          <Row icon={IconDoorExit} color="gray" title={t("flow.leaves_when", { condition: flow.exits.map((exit) => (exit === "audience_lost" ? t("flow.audience_lost") : conditionWords(exit, i18n.language, t))).join(" · ") })} />
        </li>
      )}
      <Steps steps={flow.steps} props={props} />
    </ol>
  );
}

function Steps({ steps, props }: { steps: FlowStep[]; props: FlowProps }) {
  const { t, i18n } = useTranslation();
  return steps.map((step) => {
    const words = stepWords(step, i18n.language, t);
    const kind = stepKinds[step.kind] ?? unknownKind;
    const standing = props.counts?.[step.id] ?? 0;
    return (
      <li key={step.id}>
        <Row
          icon={kind.icon}
          color={props.wrong?.has(step.id) ? "red" : kind.color}
          title={words.title}
          detail={words.detail}
          isSelected={props.selected === step.id}
          onClick={props.onSelect && (() => props.onSelect!(step.id))}
          step={step.id}
          badge={standing > 0 ? <Badge color="indigo">{t("flow.standing_here", { count: standing })}</Badge> : null}
        />
        {step.ways.map((way, n) => (
          <Way key={n} way={way} step={step} props={props} />
        ))}
      </li>
    );
  });
}

function Way({ way, step, props }: { way: FlowWay; step: FlowStep; props: FlowProps }) {
  const { t, i18n } = useTranslation();
  const words = edgeWords({ word: way.kind, value: way.condition ?? (way.kind === "timeout" ? step.says["up_to"] : undefined) }, i18n.language, t);
  return (
    <div style={{ marginInlineStart: 24 }}>
      <Text size="xs" c="dimmed" fw={600} py={4}>
        {words}
      </Text>
      <ol className={classes["nested"]} aria-label={words}>
        {way.steps.length > 0 ? (
          <Steps steps={way.steps} props={props} />
        ) : (
          <li>
            <Text size="sm" c="dimmed" px="xs">
              {t("flow.goes_on")}
            </Text>
          </li>
        )}
      </ol>
    </div>
  );
}

interface RowProps {
  icon: Icon;
  color: string;
  title: string;
  detail?: string | null;
  badge?: ReactNode;
  isSelected?: boolean;
  onClick?: (() => void) | undefined;
  step?: string;
}

function Row({ icon: RowIcon, color, title, detail, badge, isSelected, onClick, step }: RowProps) {
  const content = (
    <>
      <ThemeIcon variant="light" color={color} size={30} radius="md" style={{ flexShrink: 0 }}>
        <RowIcon size={17} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <span style={{ minWidth: 0, flex: 1 }}>
        <Text span display="block" size="sm" fw={600}>
          {title}
        </Text>
        {detail && (
          <Text span display="block" size="xs" c="dimmed">
            {detail}
          </Text>
        )}
      </span>
      {badge}
    </>
  );
  if (!onClick) return <div className={classes["row"]}>{content}</div>;
  return (
    <UnstyledButton className={classes["row"]} data-selected={isSelected || undefined} aria-pressed={isSelected} onClick={onClick} data-step={step}>
      {content}
    </UnstyledButton>
  );
}
