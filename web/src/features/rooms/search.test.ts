import { describe, expect, it } from "vitest";
import { matches } from "./search";

describe("matches", () => {
  it("finds every word anywhere in the name, case and accents aside", () => {
    expect(matches("Kaffeeküche", "KUCHE")).toBe(true);
    expect(matches("Engine room", "room eng")).toBe(true);
    expect(matches("读书会", "书")).toBe(true);
    expect(matches("Engine room", "room x")).toBe(false);
  });

  it("finds everything when nothing is asked", () => {
    expect(matches("Engine room", "")).toBe(true);
  });
});
