import { useEffect, useRef, type Ref } from "react";

export interface Heading {
  ref: Ref<HTMLHeadingElement>;
  /** It takes the focus once it is drawn next. */
  callFocus: () => void;
  /** Whether the focus is in its part of the page, and would be lost with it. */
  hasFocusNear: () => boolean;
}

/** A heading that takes the focus when its part was asked for. */
export function useHeading(): Heading {
  const element = useRef<HTMLHeadingElement>(null);
  const isCalled = useRef(false);
  useEffect(() => {
    if (!isCalled.current || !element.current) return;
    isCalled.current = false;
    element.current.focus();
  });
  return {
    ref: element,
    callFocus: () => {
      isCalled.current = true;
    },
    hasFocusNear: () => element.current?.closest("section")?.contains(document.activeElement) ?? false,
  };
}
