import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const list = readFileSync(join(import.meta.dirname, "../../Nurture.Storage/Security/Permission.cs"), "utf8");
const permissions = new Set([...list.matchAll(/new\("([\w.]+)"\)/g)].map((match) => match[1]!));
const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });

test("pages ask for permissions that the server knows", () => {
  const asked = Object.entries(sources).flatMap(([file, text]) => [...text.matchAll(/(?:\bcan\(|useCan\(\)\(|\bpermission[:=]\s*)"([\w.]+)"/g)].map((match) => ({ file, permission: match[1]! })));
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter(({ permission }) => !permissions.has(permission))).toEqual([]);
});
