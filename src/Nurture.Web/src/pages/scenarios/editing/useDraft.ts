import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, ApiError } from "@/api/client";
import type { Draft, Scenario } from "../types";

export type Saving = "saved" | "typing" | "saving" | "failed" | "conflict";

interface Kept {
  text: string;
  tests: string;
  revision: number;
}

const afterTyping = 700;
const localKey = (name: string) => `nurture.draft.${name}`;

function keptHere(name: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(localKey(name)) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

/** A draft that keeps itself: on the server a moment after the last key, and in this browser until it is there. */
export function useDraft(name: string) {
  const client = useQueryClient();
  const [text, setText] = useState<string | null>(null);
  const [tests, setTests] = useState("");
  const [draft, setDraft] = useState<Draft | null>(null);
  const [published, setPublished] = useState<Scenario | null>(null);
  const [saving, setSaving] = useState<Saving>("saved");
  const [theirs, setTheirs] = useState<Draft | null>(null);
  const [error, setError] = useState<unknown>(null);
  const now = useRef({ text: "", tests: "", revision: 0, basedOn: 0 });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const isSaving = useRef(false);

  useEffect(() => {
    let isOver = false;
    const load = async () => {
      const missing = (refused: unknown) => {
        if (refused instanceof ApiError && refused.status === 404) return null;
        throw refused;
      };
      try {
        const [found, live] = await Promise.all([api.get<Draft>(`/drafts/${name}`).catch(missing), api.get<Scenario>(`/scenarios/${name}`).catch(missing)]);
        if (isOver) return;
        if (!found && !live) throw new ApiError({ type: "not-found", title: name, status: 404 });
        const here = keptHere(name);
        const revision = found?.revision ?? 0;
        const text = found?.text ?? live?.text ?? "";
        const tests = found?.tests ?? live?.tests ?? "";
        now.current = { text, tests, revision, basedOn: found?.based_on ?? live?.newest_version ?? 0 };
        setDraft(found);
        setPublished(live);
        setText(text);
        setTests(tests);
        // What did not reach the server before the page was left.
        if (here && here.revision === revision && (here.text !== text || here.tests !== tests)) change(here.text, here.tests);
      } catch (failure) {
        if (!isOver) setError(failure);
      }
    };
    void load();
    return () => {
      isOver = true;
      if (timer.current) clearTimeout(timer.current);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [name]);

  const save = useCallback(
    async (overwrite?: number): Promise<boolean> => {
      if (isSaving.current) return false;
      isSaving.current = true;
      setSaving("saving");
      const sent = { ...now.current };
      try {
        const saved = await api.put<Draft>(`/drafts/${name}`, { text: sent.text, tests: sent.tests, revision: overwrite ?? sent.revision, based_on: sent.basedOn });
        now.current.revision = saved.revision;
        setDraft(saved);
        setTheirs(null);
        if (now.current.text === sent.text && now.current.tests === sent.tests) {
          localStorage.removeItem(localKey(name));
          setSaving("saved");
        } else {
          localStorage.setItem(localKey(name), JSON.stringify({ text: now.current.text, tests: now.current.tests, revision: saved.revision }));
          timer.current = setTimeout(() => void save(), afterTyping);
        }
        void client.invalidateQueries({ queryKey: ["/scenarios"] });
        return true;
      } catch (failure) {
        if (failure instanceof ApiError && failure.kind === "draft-changed") {
          setTheirs(failure.problem["draft"] as Draft);
          setSaving("conflict");
        } else {
          setSaving("failed");
          timer.current = setTimeout(() => void save(), 5000);
        }
        return false;
      } finally {
        isSaving.current = false;
      }
    },
    [client, name],
  );

  const change = useCallback(
    (nextText: string, nextTests: string) => {
      if (nextText === now.current.text && nextTests === now.current.tests) return;
      now.current.text = nextText;
      now.current.tests = nextTests;
      localStorage.setItem(localKey(name), JSON.stringify({ text: nextText, tests: nextTests, revision: now.current.revision }));
      setText(nextText);
      setTests(nextTests);
      setSaving((state) => (state === "conflict" ? state : "typing"));
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(() => void save(), afterTyping);
    },
    [name, save],
  );

  const keepMine = useCallback(() => (theirs ? save(theirs.revision) : Promise.resolve(false)), [save, theirs]);

  const takeTheirs = useCallback(() => {
    if (!theirs) return;
    now.current = { ...now.current, text: theirs.text, tests: theirs.tests, revision: theirs.revision };
    localStorage.removeItem(localKey(name));
    setText(theirs.text);
    setTests(theirs.tests);
    setDraft(theirs);
    setTheirs(null);
    setSaving("saved");
  }, [name, theirs]);

  const discard = useCallback(async () => {
    if (timer.current) clearTimeout(timer.current);
    localStorage.removeItem(localKey(name));
    await api.delete(`/drafts/${name}`).catch((refused: unknown) => {
      if (!(refused instanceof ApiError && refused.status === 404)) throw refused;
    });
    await client.invalidateQueries({ queryKey: ["/scenarios"] });
  }, [client, name]);

  return { text, tests, change, draft, published, saving, theirs, keepMine, takeTheirs, discard, error };
}
