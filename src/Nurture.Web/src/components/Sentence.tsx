import { Code } from "@mantine/core";
import { Fragment } from "react";

/** A sentence of the server's: what stands between backticks is what an author wrote. */
export function Sentence({ text }: { text: string }) {
  return (
    <>
      {text.split("`").map((part, place) => {
        const key = `${place}:${part}`;
        return place % 2 === 1 ? (
          <Code key={key} style={{ overflowWrap: "anywhere" }}>
            {part}
          </Code>
        ) : (
          <Fragment key={key}>{part}</Fragment>
        );
      })}
    </>
  );
}
