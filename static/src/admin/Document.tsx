import { lazy, Suspense, useCallback, useState } from "react";
import type { Answer } from "./api";
import { Button, Notice } from "./Controls";
import { useAnswer } from "./useAnswer";

const Markdown = lazy(() => import("./Markdown"));

interface DocumentProps {
  /** Gives the Markdown; the same function for the component's life (give it a key). */
  ask: () => Promise<Answer<string>>;
}

/** Markdown from the server, rendered. */
export function Document({ ask }: DocumentProps) {
  const [turn, setTurn] = useState(0);
  const answer = useAnswer(useCallback(() => ask(), [ask]), turn);
  if (answer === null) return <Waiting />;
  if ("trouble" in answer) {
    return (
      <Notice trouble={answer.trouble}>
        <Button
          onPress={() => {
            setTurn(turn + 1);
          }}
        >
          Ask again
        </Button>
      </Notice>
    );
  }
  return (
    <Suspense fallback={<Waiting />}>
      <Markdown text={answer.value} />
    </Suspense>
  );
}

function Waiting() {
  return <p role="status">Reading…</p>;
}
