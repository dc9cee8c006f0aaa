import { useState } from "react";

/** Whether the page shows the panel alone (`?kiosk=1`), and how to change that; the address follows. */
export function useKiosk(): [boolean, () => void] {
  const [isKiosk, setIsKiosk] = useState(() => new URLSearchParams(location.search).get("kiosk") === "1");
  const toggle = () => {
    const address = new URL(location.href);
    if (isKiosk) address.searchParams.delete("kiosk");
    else address.searchParams.set("kiosk", "1");
    history.replaceState(null, "", address);
    setIsKiosk(!isKiosk);
  };
  return [isKiosk, toggle];
}
