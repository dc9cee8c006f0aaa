// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { use } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { playDialogs } from "../test/dialogs";
import { EvidenceContext } from "./EvidenceContext";
import { EvidenceScope } from "./EvidenceScope";

// The file that a newer version of the server no longer has.
vi.mock("./EvidenceDrawer", () => {
  throw new TypeError("Failed to fetch dynamically imported module");
});

beforeEach(playDialogs);

function Opener() {
  const open = use(EvidenceContext);
  return (
    <button type="button" onClick={() => open?.("gpu")}>
      {open ? "open" : "plain"}
    </button>
  );
}

test("without an address nothing opens", () => {
  render(
    <EvidenceScope url={null}>
      <Opener />
    </EvidenceScope>,
  );
  screen.getByText("plain");
});

test("a drawer that cannot be loaded says so and leaves the rest standing", async () => {
  render(
    <EvidenceScope url="/api/evidence">
      <Opener />
    </EvidenceScope>,
  );
  fireEvent.click(screen.getByText("open"));
  expect((await screen.findByRole("alert")).textContent).toMatch(/could not be loaded/);
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("alert")).toBeNull();
  screen.getByText("open");
});
