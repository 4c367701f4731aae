import type { Flow, FlowStep, FlowWay } from "../types";

// Where each step is drawn: top down, deterministic, no two boxes on one another. A list of steps hangs on an axis; what
// branches off stands in lanes of its own and comes back to the axis above the next step.

export const box = { width: 232, height: 68 } as const;
const gap = { x: 40, y: 56, turn: 26 } as const;
const emptyLane = 120;

export interface PlacedStep {
  /** `trigger`, `finish` or the step's id. */
  id: string;
  x: number;
  y: number;
  step: FlowStep | null;
}

/** What a line says: a key of a word, and the condition or length that belongs to it. */
export interface EdgeLabel {
  word: string;
  value?: string;
}

export interface PlacedEdge {
  id: string;
  from: string;
  to: string;
  /** Corners, the first at the source, the last at the target. */
  points: [number, number][];
  label: EdgeLabel | null;
  labelAt: [number, number] | null;
}

export interface Layout {
  steps: PlacedStep[];
  edges: PlacedEdge[];
  width: number;
  height: number;
}

/** A line that has begun and looks for the next step. */
interface Open {
  from: string;
  points: [number, number][];
  label: EdgeLabel | null;
  labelAt: [number, number] | null;
}

interface Extent {
  left: number;
  right: number;
}

interface Lane {
  way: FlowWay | null;
  label: EdgeLabel;
  extent: Extent;
}

function extentOf(steps: FlowStep[]): Extent {
  return steps.map(stepExtent).reduce((all, one) => ({ left: Math.max(all.left, one.left), right: Math.max(all.right, one.right) }), { left: box.width / 2, right: box.width / 2 });
}

function stepExtent(step: FlowStep): Extent {
  if (isFork(step)) {
    const total = lanesOf(step).reduce((sum, lane) => sum + lane.extent.left + lane.extent.right, 0) + gap.x * (lanesOf(step).length - 1);
    return { left: Math.max(total / 2, box.width / 2), right: Math.max(total / 2, box.width / 2) };
  }
  const aside = asideOf(step).reduce((sum, lane) => sum + gap.x + lane.extent.left + lane.extent.right, 0);
  return { left: box.width / 2, right: box.width / 2 + aside };
}

/** Whether all that follows stands on one of its ways: a branch, or a case that waits for its outcome. */
function isFork(step: FlowStep): boolean {
  return step.kind === "branch" || step.kind === "split" || step.ways.some((way) => way.kind === "otherwise");
}

/** The arms of a fork side by side, the way for everybody else last, whether it is written or not. */
function lanesOf(step: FlowStep): Lane[] {
  const lanes = step.ways.map((way) => ({ way, label: labelOf(way), extent: way.steps.length > 0 ? extentOf(way.steps) : empty() }));
  return step.ways.some((way) => way.kind === "else" || way.kind === "otherwise" || way.kind === "arm") ? lanes : [...lanes, { way: null, label: { word: "else" }, extent: empty() }];
}

/** Ways beside the one that goes straight on; one without steps needs no lane. */
function asideOf(step: FlowStep): Lane[] {
  return step.ways.filter((way) => way.steps.length > 0).map((way) => ({ way, label: labelOf(way, step), extent: extentOf(way.steps) }));
}

function empty(): Extent {
  return { left: emptyLane / 2, right: emptyLane / 2 };
}

function labelOf(way: FlowWay, step?: FlowStep): EdgeLabel {
  return { word: way.kind, value: way.condition ?? (way.kind === "timeout" ? step?.says["up_to"] : undefined) };
}

/** What the line straight on says. */
function mainLabel(step: FlowStep): EdgeLabel | null {
  if (step.kind !== "wait_for" || !step.says["up_to"]) return null;
  return asideOf(step).length > 0 ? { word: "heard" } : { word: "heard_or_timeout", value: step.says["up_to"] };
}

export function layout(flow: Flow): Layout {
  const steps: PlacedStep[] = [];
  const edges: PlacedEdge[] = [];
  const extent = extentOf(flow.steps);
  const axis = extent.left;

  const land = (opens: Open[], to: string, x: number, y: number) => {
    for (const open of opens) {
      const last = open.points[open.points.length - 1]!;
      const points: [number, number][] = last[0] === x ? [...open.points, [x, y]] : [...open.points, [last[0], y - gap.turn], [x, y - gap.turn], [x, y]];
      edges.push({ id: `${open.from}-${to}-${edges.length}`, from: open.from, to, points, label: open.label, labelAt: open.labelAt });
    }
  };

  /** Draws a list below `y`; answers what is still open, and how far down it came. */
  const draw = (list: FlowStep[], x: number, top: number, incoming: Open[]): { opens: Open[]; bottom: number } => {
    let opens = incoming;
    let y = top;
    for (const step of list) {
      steps.push({ id: step.id, x: x - box.width / 2, y, step });
      land(opens, step.id, x, y);
      const below = y + box.height;
      if (isFork(step)) {
        const drawn = drawBranch(step, x, below);
        opens = drawn.opens;
        y = drawn.bottom + gap.y;
      } else {
        const drawn = drawAside(step, x, y);
        opens = drawn.opens;
        y = Math.max(below, drawn.bottom) + gap.y;
      }
    }
    return { opens, bottom: list.length > 0 ? y - gap.y : top };
  };

  const drawBranch = (step: FlowStep, x: number, below: number) => {
    const lanes = lanesOf(step);
    const total = lanes.reduce((sum, lane) => sum + lane.extent.left + lane.extent.right, 0) + gap.x * (lanes.length - 1);
    const top = below + gap.y + gap.turn;
    let at = x - total / 2;
    let bottom = top;
    const opens: Open[] = [];
    for (const lane of lanes) {
      const center = at + lane.extent.left;
      at += lane.extent.left + lane.extent.right + gap.x;
      const begin: Open = {
        from: step.id,
        points: center === x ? [[x, below]] : [[x, below], [x, below + gap.turn], [center, below + gap.turn]],
        label: lane.label,
        labelAt: [center, below + gap.turn + 22],
      };
      const drawn = draw(lane.way?.steps ?? [], center, top, [begin]);
      opens.push(...drawn.opens);
      bottom = Math.max(bottom, drawn.bottom);
    }
    return { opens, bottom };
  };

  const drawAside = (step: FlowStep, x: number, y: number) => {
    const below = y + box.height;
    const label = mainLabel(step);
    const opens: Open[] = step.kind === "end" ? [] : [{ from: step.id, points: [[x, below]], label, labelAt: label ? [x, below + gap.y / 2] : null }];
    let at = x + box.width / 2;
    let bottom = below;
    for (const lane of asideOf(step)) {
      const center = at + gap.x + lane.extent.left;
      const top = below + gap.y;
      const begin: Open = {
        from: step.id,
        points: [[x + box.width / 2, y + box.height / 2], [center, y + box.height / 2]],
        label: lane.label,
        labelAt: [center, y + box.height / 2 + 22],
      };
      const drawn = draw(lane.way!.steps, center, top, [begin]);
      opens.push(...drawn.opens);
      bottom = Math.max(bottom, drawn.bottom);
      at = center + lane.extent.right;
    }
    // Room for the lines that come back above the next step.
    return { opens, bottom: asideOf(step).length > 0 ? bottom + gap.turn : bottom };
  };

  steps.push({ id: "trigger", x: axis - box.width / 2, y: 0, step: null });
  const first: Open = { from: "trigger", points: [[axis, box.height]], label: null, labelAt: null };
  const drawn = draw(flow.steps, axis, box.height + gap.y, [first]);
  const finishY = (flow.steps.length > 0 ? drawn.bottom : box.height) + gap.y;
  steps.push({ id: "finish", x: axis - box.width / 2, y: finishY, step: null });
  land(drawn.opens, "finish", axis, finishY);
  return { steps, edges, width: extent.left + extent.right, height: finishY + box.height };
}
