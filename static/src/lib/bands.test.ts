import { expect, test } from "vitest";
import { bandOf, bandWord, clampPercent, PROCESSOR_LIMITS, STORAGE_LIMITS } from "./bands";

test.each([
  [0, "normal"],
  [49, "normal"],
  [49.4, "normal"],
  [49.6, "high"],
  [50, "high"],
  [80, "high"],
  [80.4, "high"],
  [80.6, "very-high"],
  [81, "very-high"],
  [100, "very-high"],
])("GPU and memory at %s %% are %s", (percent, band) => {
  expect(bandOf(percent, PROCESSOR_LIMITS)).toBe(band);
});

test.each([
  [0, "normal"],
  [59, "normal"],
  [59.4, "normal"],
  [59.6, "high"],
  [80.4, "high"],
  [80.6, "very-high"],
  [100, "very-high"],
])("storage at %s %% is %s", (percent, band) => {
  expect(bandOf(percent, STORAGE_LIMITS)).toBe(band);
});

test("a band has a word beside its colour", () => {
  expect(bandWord("very-high")).toBe("very high");
});

test.each([
  [-5, 0],
  [140, 100],
  [59.4, 59.4],
  [null, null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
])("utilisation %s becomes %s", (given, clamped) => {
  expect(clampPercent(given)).toBe(clamped);
});
