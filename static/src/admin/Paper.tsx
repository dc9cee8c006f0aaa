import type { Ref } from "react";
import type { Answer } from "./api";
import { Button, Part } from "./Controls";
import { Document } from "./Document";

/** A document of the server's that is not the report of one run. */
export interface Paper {
  /** No two are the same: one that is asked for again is read again. */
  number: number;
  title: string;
  /** Gives the Markdown. */
  ask: () => Promise<Answer<string>>;
}

interface PaperProps {
  paper: Paper;
  heading: Ref<HTMLHeadingElement>;
  onClose: () => void;
}

/** Shows one; another gets a new component (give it a key). */
export function PaperPart({ paper, heading, onClose }: PaperProps) {
  return (
    <Part id="paper" title={paper.title} heading={heading} aside={<Button onPress={onClose}>Close</Button>}>
      <Document ask={paper.ask} />
    </Part>
  );
}
