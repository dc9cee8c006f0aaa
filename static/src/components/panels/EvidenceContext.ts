// How a card's foot opens the evidence. Null where nobody shows any: then feet are plain text.
import { createContext } from "react";
import type { SourceName } from "../../lib/model";

export type OpenEvidence = (source: SourceName) => void;

export const EvidenceContext = createContext<OpenEvidence | null>(null);
