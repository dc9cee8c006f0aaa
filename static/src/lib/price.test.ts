import { expect, test } from "vitest";
import { pricePerMillion } from "./price";

test.each([
  ["50000000000", "0.05"],
  ["1000000000000", "1"],
  ["1", "0.000000000001"],
  ["0", "0"],
  ["1234567890123456", "1,234.567890123456"],
  // 2^96 and 2^128 - 1 neuron: far beyond what a double holds, exact to the last digit.
  ["79228162514264337593543950336", "79,228,162,514,264,337.593543950336"],
  ["340282366920938463463374607431768211455", "340,282,366,920,938,463,463,374,607.431768211455"],
])("%s neuron per token are %s 0G per million", (neuron, price) => {
  expect(pricePerMillion(neuron)).toBe(price);
});

test.each([null, "", "-1", "1.5", "1e3", "0x10", "9".repeat(40)])("%s is no price", (neuron) => {
  expect(pricePerMillion(neuron)).toBeNull();
});
