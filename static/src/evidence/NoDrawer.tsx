import { Drawer } from "./Drawer";

/** In the drawer's place when its file could not be loaded. */
export function NoDrawer({ onClose }: { onClose: () => void }) {
  return (
    <Drawer title="Evidence" onClose={onClose}>
      <p role="alert">This part of the panel could not be loaded. Reload the page to get it.</p>
    </Drawer>
  );
}
