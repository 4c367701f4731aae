import { expect, test } from "vitest";
import { allWords, type WordTree } from "@/words";

function flat(tree: WordTree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === "string" ? [[`${prefix}${key}`, value] as [string, string]] : flat(value, `${prefix}${key}.`)));
}

const namespaces = Object.entries(allWords);

test.each(namespaces)("%s has the same words in both languages", (_, words) => {
  expect(flat(words.ja).map(([key]) => key).toSorted()).toEqual(flat(words.en).map(([key]) => key).toSorted());
});

test.each(namespaces)("%s fills the same gaps in both languages", (_, words) => {
  const gaps = (tree: WordTree) => Object.fromEntries(flat(tree).map(([key, text]) => [key, (text.match(/\{\{\w+\}\}/g) ?? []).toSorted()]));
  expect(gaps(words.ja)).toEqual(gaps(words.en));
});

test.each(namespaces)("%s says none of the words that are ours alone", (_, words) => {
  const ours = /\b(slots?|lanes?|signals?|effects?|claim(s|ed)?|epochs?|outbox|poison(ed)?|parked)\b|離脱/i;
  expect([...flat(words.en), ...flat(words.ja)].filter(([, text]) => ours.test(text))).toEqual([]);
});

test.each(namespaces)("%s leaves no English sentence in Japanese", (_, words) => {
  const english = new Map(flat(words.en));
  const untranslated = flat(words.ja).filter(([key, text]) => /[a-z]{4,} [a-z]{3,}/.test(text) && text === english.get(key));
  expect(untranslated).toEqual([]);
});

const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const known = namespaces.flatMap(([namespace, words]) => flat(words.en, `${namespace}.`).map(([key]) => key));

test.each(Object.entries(sources).filter(([, text]) => /\bt\(/.test(text)))("%s asks for words that exist", (file, text) => {
  // Its own folder's, for what is handed a `t` of it.
  const own = [file.split("/").at(-2), ...[...text.matchAll(/useTranslation\("(\w+)"\)/g)].map((match) => match[1])];
  const asked = [...text.matchAll(/\bt\(\s*(["`])([\w.]*)(\$\{)?/g)].map((match) => ({ key: match[2]!, isBeginning: match[3] !== undefined }));
  const exists = (full: string, isBeginning: boolean) => known.some((key) => (isBeginning ? key.startsWith(full) : key === full || key.replace(/_(one|other)$/, "") === full));
  const missing = asked.filter(({ key, isBeginning }) => !exists(key, isBeginning) && !own.some((namespace) => exists(`${namespace}.${key}`, isBeginning)));
  expect(missing).toEqual([]);
});
