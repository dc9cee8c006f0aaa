// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import Markdown from "./Markdown";

test("a table is a table that scrolls by keyboard, headings stand below the page's own", () => {
  render(<Markdown text={"# Report\n\n## Part\n\n| Run | Latency |\n|---|---|\n| 1 | 861.744 |\n"} />);
  screen.getByRole("heading", { level: 3, name: "Report" });
  screen.getByRole("heading", { level: 4, name: "Part" });
  screen.getByRole("cell", { name: "861.744" });
  expect(screen.getByRole("group", { name: "Table" }).tabIndex).toBe(0);
});

test.each([
  `<img src=x onerror="alert(1)">`,
  "<script>alert(1)</script>",
  "![picture](https://elsewhere.example/p.png)",
  "[link](javascript:alert(1))",
  "[link](https://elsewhere.example/)",
  "https://elsewhere.example/ and www.elsewhere.example and a@elsewhere.example",
  "- [ ] task",
  "```html\n<b>\n```",
])("%s is followed by nobody and loads nothing", (text) => {
  const { container } = render(<Markdown text={text} />);
  expect(container.querySelector("a, img, script, input, iframe, [href], [src], [onerror]")).toBeNull();
});
