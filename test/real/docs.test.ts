import { expect, test } from "vitest";
import { checkPage, needsTools } from "../support/check-page.ts";
import { pages } from "../support/docs.ts";
import { TOUR } from "../support/tour.ts";

// The pages whose commands need the real `sops` and `age-keygen` on the PATH. Of the tour, what happens on GitHub is part: tour.test.ts.

test.each(pages().filter((page) => page !== TOUR && needsTools(page)))("%s does what it says", (page) => {
  expect(checkPage(page)).toEqual([]);
});
