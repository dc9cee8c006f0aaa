import { expect, test } from "vitest";
import { serverNow } from "./clock";

test("server time advances with the monotonic clock alone", () => {
  const clock = { date: 1_000_000, receivedAt: 500 };
  expect(serverNow(clock, 500)).toBe(1_000_000);
  expect(serverNow(clock, 3500)).toBe(1_003_000);
  // A tick that was taken just before the reply must not turn time back.
  expect(serverNow(clock, 400)).toBe(1_000_000);
});
