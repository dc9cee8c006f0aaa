// @vitest-environment jsdom
import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Sparkline } from "./Sparkline";

function lineOf(series: (number | null)[], steps = series.length, full = 100) {
  const { container } = render(<Sparkline series={series} steps={steps} full={full} />);
  return container.querySelector(".zg-spark-line")?.getAttribute("d");
}

test("one line through all that is known, zero at the bottom", () => {
  expect(lineOf([0, 50, 100])).toBe("M0 100L1 50L2 0");
});

test("an unknown value is a gap, never zero", () => {
  expect(lineOf([10, 20, null, 30, 40])).toBe("M0 90L1 80M3 70L4 60");
});

test("a single value between two gaps is still seen", () => {
  expect(lineOf([null, 40, null])).toBe("M1 60h1");
});

test("a short history stands at the right edge", () => {
  expect(lineOf([100, 0], 5)).toBe("M3 0L4 100");
});

test("values outside the scale stay in the drawing", () => {
  expect(lineOf([-5, 140])).toBe("M0 100L1 0");
});

test("nothing known draws nothing", () => {
  expect(lineOf([null, null])).toBe("");
  expect(lineOf([])).toBe("");
});
