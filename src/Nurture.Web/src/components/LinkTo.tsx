import { Anchor, type AnchorProps } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Props extends AnchorProps {
  to: string;
  /** What stands behind the question mark. */
  search?: Record<string, string | undefined>;
  children: ReactNode;
  "aria-label"?: string;
}

/** A link within the app. */
export function LinkTo({ to, search, children, ...anchor }: Props) {
  return (
    <Anchor renderRoot={(root) => <Link to={to} search={search as never} {...root} />} {...anchor}>
      {children}
    </Anchor>
  );
}
