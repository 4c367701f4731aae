export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Of the newer text; of the older one for what was removed. */
  line: number;
}

/** Line by line, by the longest common subsequence; scenarios have tens of lines, rarely hundreds. */
export function diff(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) lines.push({ kind: "same", text: b[j++]!, line: (i++, j) });
    else if (i < a.length && (j === b.length || longest[i + 1]![j]! >= longest[i]![j + 1]!)) lines.push({ kind: "removed", text: a[i++]!, line: i });
    else lines.push({ kind: "added", text: b[j++]!, line: j });
  }
  return lines;
}

/** What changed with three lines around it; a gap stands where more was left out. */
export function hunks(lines: DiffLine[], around = 3): (DiffLine | null)[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.kind !== "same"));
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.length > 0 && shown[shown.length - 1] !== null) shown.push(null);
  });
  while (shown[shown.length - 1] === null) shown.pop();
  return shown;
}
