import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import common from "./common";

/** A folder's words: its `words.ts` exports both languages with the same keys. */
export interface Words {
  en: WordTree;
  ja: WordTree;
}

export interface WordTree {
  [key: string]: string | WordTree;
}

export const languages = ["en", "ja"] as const;
export type Language = (typeof languages)[number];

const modules = import.meta.glob<{ default: Words }>("../pages/**/words.ts", { eager: true });

/** By namespace: the folder's name; `common` belongs to all. */
export const allWords: Record<string, Words> = { common };
for (const [file, module] of Object.entries(modules)) {
  const namespace = /([^/]+)\/words\.ts$/.exec(file)?.[1];
  if (namespace) allWords[namespace] = module.default;
}

function resources(language: Language) {
  const words = Object.fromEntries(Object.entries(allWords).map(([namespace, tree]) => [namespace, tree[language]]));
  // Each page's words stand under its namespace, and all together as `contacts.title` in the default one.
  return { all: words, ...words };
}

const stored = "nurture.language";

function firstLanguage(): Language {
  const chosen = localStorage.getItem(stored);
  if (chosen === "en" || chosen === "ja") return chosen;
  return navigator.language.startsWith("ja") ? "ja" : "en";
}

export function language(): Language {
  return i18next.language === "ja" ? "ja" : "en";
}

export async function setLanguage(chosen: Language): Promise<void> {
  localStorage.setItem(stored, chosen);
  await i18next.changeLanguage(chosen);
}

/** Whether somebody chose in this browser; else what the server knows of the user counts. */
export function hasChosenLanguage(): boolean {
  return localStorage.getItem(stored) !== null;
}

i18next.on("languageChanged", (now) => {
  document.documentElement.lang = now;
});

await i18next.use(initReactI18next).init({
  lng: firstLanguage(),
  fallbackLng: "en",
  resources: { en: resources("en"), ja: resources("ja") },
  defaultNS: "all",
  fallbackNS: "all",
  interpolation: { escapeValue: false },
  returnNull: false,
});
