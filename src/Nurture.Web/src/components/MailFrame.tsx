import { Box } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState } from "react";

interface Props {
  html: string;
  /** Names the frame for a screen reader. */
  title: string;
  width: number | "100%";
  /** What the reader's system says it likes; what a mail says for it holds. */
  scheme?: "light" | "dark";
  /** Lets links open in a window of their own. */
  hasLinks?: boolean;
}

// Nothing is fetched and nothing runs: a mail is somebody else's page.
const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; form-action 'none'"><base target="_blank">`;

// What would be refused is not even asked for: a tracked picture must not look like a failure of the page.
const remotePictures = /(<img\b[^>]*?\s)src=(["'])(?!data:)/gi;

// Not the browser's own wish: whoever looks at a mail chooses.
const darkQuery = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi;

export function guarded(mail: string, scheme: "light" | "dark"): string {
  const html = mail.replace(remotePictures, "$1data-src=$2").replace(darkQuery, (_, asked: string) => (asked.toLowerCase() === scheme ? "(min-width: 0)" : "(max-width: 0)"));
  const head = /<head[^>]*>/i.exec(html);
  if (head) return html.slice(0, head.index + head[0].length) + policy + html.slice(head.index + head[0].length);
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? "";
  return `${doctype}${policy}${html.slice(doctype.length)}`;
}

/** A mail's HTML, as high as it is, in a frame without scripts and without the network. */
export function MailFrame({ html, title, width, scheme = "light", hasLinks = false }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(480);
  const source = useMemo(() => guarded(html, scheme), [html, scheme]);
  const measure = () => {
    const shown = frame.current;
    const root = shown?.contentDocument?.documentElement;
    if (!shown || !root) return;
    // A page is never less high than its window, so the window is made small first.
    shown.style.height = "0";
    const needed = Math.max(160, root.scrollHeight);
    shown.style.height = `${needed}px`;
    setHeight(needed);
  };
  const { ref: around, width: room } = useElementSize();
  useEffect(measure, [width, room]);
  return (
    <Box ref={around} style={{ overflowX: "auto", maxWidth: "100%" }}>
      <iframe
        ref={frame}
        // The same origin only so that its height can be read; without allow-scripts nothing in it can act on that.
        sandbox={hasLinks ? "allow-same-origin allow-popups allow-popups-to-escape-sandbox" : "allow-same-origin"}
        referrerPolicy="no-referrer"
        srcDoc={source}
        title={title}
        onLoad={measure}
        style={{ display: "block", width, maxWidth: width === "100%" ? "100%" : undefined, height, margin: "0 auto", border: 0, background: scheme === "dark" ? "#121212" : "white", colorScheme: scheme }}
      />
    </Box>
  );
}
