import { useCallback, type Ref } from "react";
import type { AdminApi } from "./api";
import { Button, Part } from "./Controls";
import { Document } from "./Document";

interface ComparisonProps {
  api: AdminApi;
  a: string;
  b: string;
  heading: Ref<HTMLHeadingElement>;
  onClose: () => void;
}

/** The differences of two runs, as the server finds them. */
export function Comparison({ api, a, b, heading, onClose }: ComparisonProps) {
  const ask = useCallback(() => api.comparison(a, b), [api, a, b]);
  return (
    <Part id="comparison" title={`${a} and ${b}`} heading={heading} aside={<Button onPress={onClose}>Close</Button>}>
      <Document key={`${a} ${b}`} ask={ask} />
    </Part>
  );
}
