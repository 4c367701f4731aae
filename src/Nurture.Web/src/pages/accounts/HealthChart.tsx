import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatDay } from "@/components/times";
import type { HealthPoint } from "./account";

const width = 320;
const height = 96;
const edge = 6;

const colours: Record<string, string> = { healthy: "teal", watch: "yellow", at_risk: "red", unknown: "gray" };

/** The score over time, as steps: between two entries it stood still. What merged into the account has a line of its own. */
export function HealthChart({ history }: { history: HealthPoint[] }) {
  const { t, i18n } = useTranslation();
  const all = history.filter((entry) => entry.score !== null).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const points = all.filter((entry) => !entry.former);
  const formers = [...new Set(all.flatMap((entry) => entry.former ?? []))].map((name) => ({ name, points: all.filter((entry) => entry.former === name) })).filter((former) => former.points.length > 1);
  if (points.length < 2) return null;
  const first = Math.min(Date.parse(points[0]!.at), ...formers.map((former) => Date.parse(former.points[0]!.at)));
  const length = Math.max(1, Date.parse(points.at(-1)!.at) - first);
  const x = (at: string) => edge + ((Date.parse(at) - first) / length) * (width - 2 * edge);
  const y = (score: number) => height - edge - (score / 100) * (height - 2 * edge);
  const pathOf = (line: HealthPoint[]) => line.map((entry, place) => (place === 0 ? `M${x(entry.at)},${y(entry.score!)}` : `H${x(entry.at)}V${y(entry.score!)}`)).join("");
  const last = points.at(-1)!;
  const said = t("accounts.chart", {
    from: formatDay(points[0]!.at, i18n.language),
    to: formatDay(last.at, i18n.language),
    first: Math.round(points[0]!.score!),
    last: Math.round(last.score!),
  });
  return (
    <figure style={{ margin: 0 }}>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said} style={{ width: "100%", display: "block" }}>
        {[0, 50, 100].map((line) => (
          <line key={line} x1={edge} x2={width - edge} y1={y(line)} y2={y(line)} stroke="var(--mantine-color-default-border)" strokeDasharray={line === 50 ? "3 4" : undefined} />
        ))}
        {formers.map((former) => (
          <path key={former.name} d={pathOf(former.points)} fill="none" stroke="var(--mantine-color-dimmed)" strokeWidth={1.5} strokeDasharray="2 3">
            <title>{former.name}</title>
          </path>
        ))}
        <path d={pathOf(points)} fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth={2} strokeLinejoin="round" />
        {points
          .filter((entry, place) => place === 0 || entry.band !== points[place - 1]!.band)
          .map((entry) => (
            <circle key={entry.at} cx={x(entry.at)} cy={y(entry.score!)} r={4} fill={`var(--mantine-color-${colours[entry.band] ?? "gray"}-6)`}>
              <title>{`${formatDay(entry.at, i18n.language)}: ${Math.round(entry.score!)} (${t(`common.band.${entry.band}`)})`}</title>
            </circle>
          ))}
      </svg>
      <Text component="figcaption" size="xs" c="dimmed" style={{ display: "flex", justifyContent: "space-between" }}>
        <span>{formatDay(new Date(first).toISOString(), i18n.language)}</span>
        {formers.length > 0 && <span>{t("accounts.chart_former", { names: formers.map((former) => former.name).join(", ") })}</span>}
        <span>{formatDay(last.at, i18n.language)}</span>
      </Text>
    </figure>
  );
}
