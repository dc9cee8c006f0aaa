import { expect, test } from "vitest";
import { priceIn0G } from "./price";

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
  expect(priceIn0G(neuron, "chatbot")).toBe(price);
});

test.each([null, "", "-1", "1.5", "1e3", "0x10", "9".repeat(40)])("%s is no price", (neuron) => {
  expect(priceIn0G(neuron, "chatbot")).toBeNull();
});

test("an image costs its price, not a million of it", () => {
  expect(priceIn0G("3000000000000000", "text-to-image")).toBe("0.003");
  expect(priceIn0G("3000000000000000", "image-editing")).toBe("0.003");
  expect(priceIn0G("3000000000000000", null)).toBe("3,000");
});
