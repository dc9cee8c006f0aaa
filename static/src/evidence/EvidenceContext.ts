// How a foot or a row opens the evidence of its source. Null where there is none to show: then they are plain text.
import { createContext } from "react";
import type { SourceName } from "../lib/model";

export type OpenEvidence = (source: SourceName) => void;

export const EvidenceContext = createContext<OpenEvidence | null>(null);
