import { Badge, Group, Paper, Text, ThemeIcon, Tooltip, UnstyledButton, useComputedColorScheme } from "@mantine/core";
import { IconCircleCheck, IconDoorExit, IconTarget } from "@tabler/icons-react";
import { useElementSize } from "@mantine/hooks";
import { BaseEdge, EdgeLabelRenderer, Handle, MarkerType, Position, ReactFlow, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { stepKinds, triggerKinds, unknownKind } from "../kinds";
import type { Flow, FlowStep } from "../types";
import { box, layout, type PlacedEdge } from "./layout";
import { conditionWords, edgeWords, lengthWords, stepWords, triggerWords } from "./sentences";
import classes from "./flow.module.css";

export interface FlowProps {
  flow: Flow;
  /** How many stand on a step. */
  counts?: Record<string, number>;
  /** `trigger`, or a step's id. */
  selected?: string | null;
  onSelect?: (id: string) => void;
  /** Steps with a mistake in their text. */
  wrong?: ReadonlySet<string>;
}

interface StepData extends Record<string, unknown> {
  props: FlowProps;
  step: FlowStep | null;
}

interface LineData extends Record<string, unknown> {
  edge: PlacedEdge;
}

const asideWidth = 264;
const margin = 20;
const smallest = 0.6;
const hidden = { opacity: 0, pointerEvents: "none" } as const;

function Box({ id, data }: NodeProps<Node<StepData>>) {
  const { t, i18n } = useTranslation();
  const { props, step } = data;
  const { flow, counts, selected, onSelect, wrong } = props;
  const kind = id === "trigger" ? (triggerKinds[flow.trigger.kind] ?? unknownKind) : step ? (stepKinds[step.kind] ?? unknownKind) : { icon: IconCircleCheck, color: "gray", fields: [] };
  const words = id === "trigger" ? triggerWords(flow, i18n.language, t) : step ? stepWords(step, i18n.language, t) : { title: t("flow.finish"), detail: null };
  const standing = counts?.[id] ?? 0;
  const Icon = kind.icon;
  const content = (
    <Group gap="sm" wrap="nowrap" h="100%" px="sm">
      <ThemeIcon variant="light" color={kind.color} size={34} radius="md">
        <Icon size={19} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Text size="sm" fw={600} lineClamp={2} lh={1.25}>
          {words.title}
        </Text>
        {words.detail && (
          <Text size="xs" c="dimmed" lineClamp={1}>
            {words.detail}
          </Text>
        )}
      </div>
      {standing > 0 && (
        <Tooltip label={t("flow.standing_here", { count: standing })}>
          <Badge variant="filled" color="indigo" circle={standing < 100} size="lg" style={{ flexShrink: 0 }}>
            {new Intl.NumberFormat(i18n.language, { notation: "compact" }).format(standing)}
          </Badge>
        </Tooltip>
      )}
    </Group>
  );
  const isClickable = onSelect && id !== "finish";
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} style={hidden} />
      <Paper
        shadow="xs"
        radius="md"
        w={box.width}
        h={box.height}
        className={classes["box"]}
        data-selected={selected === id || undefined}
        data-wrong={(step && wrong?.has(step.id)) || undefined}
        data-edge={id === "trigger" || id === "finish" || undefined}
      >
        {isClickable ? (
          <UnstyledButton w="100%" h="100%" className="nodrag nopan" onClick={() => onSelect(id)} aria-pressed={selected === id} data-step={id}>
            {content}
          </UnstyledButton>
        ) : (
          content
        )}
      </Paper>
      <Handle type="source" position={Position.Bottom} isConnectable={false} style={hidden} />
    </>
  );
}

/** Goal and exits: asked at every moment, so they stand on no line. */
function Always({ data }: NodeProps<Node<StepData>>) {
  const { t, i18n } = useTranslation();
  const { flow } = data.props;
  return (
    <Paper radius="md" p="xs" w={asideWidth} className={classes["always"]}>
      {flow.goal && (
        <Group gap={6} wrap="nowrap" align="flex-start">
          <IconTarget size={16} aria-hidden style={{ flexShrink: 0, marginTop: 1 }} />
          <Text size="xs" lineClamp={3}>
            {t("flow.goal_is", { condition: conditionWords(flow.goal.when, i18n.language, t) })}
            {flow.goal.within && ` ${t("flow.within", { length: lengthWords(flow.goal.within, i18n.language, t) })}`}
          </Text>
        </Group>
      )}
      {flow.exits.length > 0 && (
        <Group gap={6} wrap="nowrap" align="flex-start" mt={flow.goal ? 4 : 0}>
          <IconDoorExit size={16} aria-hidden style={{ flexShrink: 0, marginTop: 1 }} />
          <Text size="xs" lineClamp={3}>
            {t("flow.leaves_when", { condition: flow.exits.map((exit) => (exit === "audience_lost" ? t("flow.audience_lost") : conditionWords(exit, i18n.language, t))).join(" · ") })}
          </Text>
        </Group>
      )}
    </Paper>
  );
}

function rounded(points: [number, number][]): string {
  const radius = 8;
  return points
    .map(([x, y], n) => {
      if (n === 0) return `M ${x} ${y}`;
      const next = points[n + 1];
      if (!next) return `L ${x} ${y}`;
      const before = points[n - 1]!;
      const toward = (to: [number, number]): [number, number] => {
        const length = Math.hypot(to[0] - x, to[1] - y) || 1;
        const r = Math.min(radius, length / 2);
        return [x + ((to[0] - x) / length) * r, y + ((to[1] - y) / length) * r];
      };
      const [a, b] = [toward(before), toward(next)];
      return `L ${a[0]} ${a[1]} Q ${x} ${y} ${b[0]} ${b[1]}`;
    })
    .join(" ");
}

function Line({ data, markerEnd }: EdgeProps<Edge<LineData>>) {
  const { t, i18n } = useTranslation();
  if (!data) return null;
  const { points, label, labelAt } = data.edge;
  const text = label && edgeWords(label, i18n.language, t);
  return (
    <>
      <BaseEdge path={rounded(points)} markerEnd={markerEnd} className={classes["line"]} />
      {text && labelAt && (
        <EdgeLabelRenderer>
          <div className={classes["label"]} style={{ transform: `translate(-50%, -50%) translate(${labelAt[0]}px, ${labelAt[1]}px)` }} title={text}>
            {text}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

const nodeTypes = { box: Box, always: Always };
const edgeTypes = { line: Line };

/** The drawing, as wide as there is room and as long as it is. The same in words is `FlowList`, which phones get first. */
export default function FlowView(props: FlowProps & { height?: number | string }) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme("light");
  const { ref, width: room } = useElementSize();
  const drawn = useMemo(() => layout(props.flow), [props.flow]);
  const nodes: Node<StepData>[] = drawn.steps.map((placed) => ({
    id: placed.id,
    type: "box",
    position: { x: placed.x, y: placed.y },
    width: box.width,
    height: box.height,
    data: { props, step: placed.step },
    draggable: false,
    focusable: false,
    // A box is a button of its own, and the canvas has no use for the pointer.
    style: { pointerEvents: "all" },
  }));
  const trigger = drawn.steps[0]!;
  const hasAside = props.flow.goal !== null || props.flow.exits.length > 0;
  if (hasAside) nodes.push({ id: "always", type: "always", position: { x: trigger.x + box.width + 32, y: 0 }, data: { props, step: null }, draggable: false, focusable: false });
  const edges: Edge<LineData>[] = drawn.edges.map((edge) => ({ id: edge.id, source: edge.from, target: edge.to, type: "line", data: { edge }, markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 }, focusable: false }));

  const width = Math.max(drawn.width, hasAside ? trigger.x + box.width + 32 + asideWidth : 0) + 2 * margin;
  const zoom = Math.min(1, Math.max(smallest, room / width));
  const canvas = { width: Math.max(room, width * zoom), height: (drawn.height + 2 * margin) * zoom };
  const viewport = { x: (canvas.width - width * zoom) / 2 + margin * zoom, y: margin * zoom, zoom };

  return (
    <div ref={ref} style={{ maxHeight: props.height }} role="group" aria-label={t("flow.drawing")} className={classes["canvas"]}>
      {/* What is drawn before its width is known would keep that zoom. */}
      {room > 0 && (
        <div style={canvas}>
          <ReactFlow
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            colorMode={scheme}
            viewport={viewport}
            minZoom={smallest}
            maxZoom={1}
            panOnDrag={false}
            zoomOnScroll={false}
            zoomOnPinch={false}
            zoomOnDoubleClick={false}
            preventScrolling={false}
            nodesConnectable={false}
            elementsSelectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            proOptions={{ hideAttribution: true }}
          />
        </div>
      )}
    </div>
  );
}
