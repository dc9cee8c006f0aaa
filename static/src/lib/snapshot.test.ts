// @vitest-environment jsdom
import { expect, test } from "vitest";
import { metrics } from "../test/samples";
import { readSnapshot } from "./snapshot";

function page(served: string, content: string): Document {
  const html = `<script type="application/json" id="snapshot" data-served="${served}">${content}</script>`;
  return new DOMParser().parseFromString(html, "text/html");
}

test("the included reply and the server's time", () => {
  const reply = metrics();
  const text = JSON.stringify(reply).replace(/</g, "\\u003c");
  expect(readSnapshot(page("1772366400", text))).toEqual({ metrics: reply, date: 1_772_366_400_000 });
});

test.each([
  ["null for a server that had nothing", "1772366400", "null"],
  ["a problem document", "1772366400", '{"code":"unavailable","status":503}'],
  ["a page that no server filled in", '<!--#echo var="date_gmt"-->', "<!--#include -->"],
  ["a broken reply", "1772366400", '{"renderedAt":'],
  ["no time", "", JSON.stringify(metrics())],
])("%s gives no snapshot", (_, served, content) => {
  expect(readSnapshot(page(served, content))).toBeNull();
});

test("a page without the block gives no snapshot", () => {
  expect(readSnapshot(new DOMParser().parseFromString("<p></p>", "text/html"))).toBeNull();
});
