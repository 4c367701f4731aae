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
