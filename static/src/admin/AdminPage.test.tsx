// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { AdminPage } from "./AdminPage";
import { preflight, run } from "./samples";

const TOKEN = "a-token-of-the-operator-0123456789";
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});

const reply = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));

function enter(token = TOKEN) {
  fireEvent.change(screen.getByLabelText("Admin token"), { target: { value: token } });
  fireEvent.click(screen.getByRole("button", { name: "Enter" }));
}

test("a wrong token leads back to the form, which is empty", async () => {
  fetched.mockImplementation(() => reply({ code: "unauthorized" }, 401));
  render(<AdminPage theme="dark" />);
  enter();
  expect((await screen.findByRole("alert")).textContent).toBe("This is not the admin token.");
  expect(screen.getByLabelText<HTMLInputElement>("Admin token").value).toBe("");
});

test("the token is in no element and no storage once it is entered; forgotten, the desk is gone", async () => {
  fetched.mockImplementation((address) => reply(address === "/admin/api/preflight" ? preflight() : { runs: [run()] }));
  const { container } = render(<AdminPage theme="dark" />);
  enter();
  await screen.findByRole("heading", { name: "Ready to start" });
  expect(container.ownerDocument.documentElement.outerHTML).not.toContain(TOKEN);
  expect(localStorage.length + sessionStorage.length).toBe(0);
  expect(document.cookie + location.href).not.toContain(TOKEN);
  fireEvent.click(screen.getByRole("button", { name: "Forget the token" }));
  await screen.findByLabelText("Admin token");
  expect(screen.queryByRole("heading", { name: "Ready to start" })).toBeNull();
});

test("a token that is refused later, at any request, leads back to the form", async () => {
  fetched.mockImplementation((address) => (address === "/admin/api/preflight" ? reply({ code: "unauthorized" }, 401) : reply({ runs: [] })));
  render(<AdminPage theme="dark" />);
  enter();
  expect((await screen.findByRole("alert")).textContent).toBe("This is not the admin token.");
  screen.getByLabelText("Admin token");
});
