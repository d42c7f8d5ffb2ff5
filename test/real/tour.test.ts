import { expect, test } from "vitest";
import { matches, readPage } from "../support/docs.ts";
import { runTour, TOUR } from "../support/tour.ts";

test("the tour is what happens", { timeout: 120_000 }, async () => {
  const shown = await runTour(readPage(TOUR));
  expect(shown.filter(({ actual, expected }) => !matches(actual, expected))).toEqual([]);
});
