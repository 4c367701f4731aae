import { useEffect, useState } from "react";
import { useSession } from "./me";

/** The business clock's present, as milliseconds; it runs on between two answers of the server. */
export function useNow(everyMs = 30_000): number {
  const { data, dataUpdatedAt } = useSession();
  const [machine, setMachine] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setMachine(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  if (!data) return machine;
  return Date.parse(data.now) + Math.max(0, machine - dataUpdatedAt);
}
