import { expect, test } from "vitest";
import { checkPage, needsTools } from "../support/check-page.ts";
import { pages } from "../support/docs.ts";

// The pages whose commands need the real `sops` and `age-keygen` on the PATH.

test.each(pages().filter(needsTools))("%s does what it says", (page) => {
  expect(checkPage(page)).toEqual([]);
});
