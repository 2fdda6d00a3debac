import { describe, expect, it } from "vitest";
import { initialsOf, tintOf } from "./Avatar";
import { dayName } from "./time";

describe("dayName", () => {
  const now = new Date(2026, 2, 10, 0, 30).getTime();

  it("calls the calendar day before yesterday's midnight by its date, whatever the hours between", () => {
    expect(dayName(new Date(2026, 2, 10, 0, 0).getTime(), now)).toBe("Today");
    expect(dayName(new Date(2026, 2, 9, 23, 59).getTime(), now)).toBe("Yesterday");
    expect(dayName(new Date(2026, 2, 9, 0, 0).getTime(), now)).toBe("Yesterday");
    expect(dayName(new Date(2026, 2, 8, 23, 59).getTime(), now)).toContain("8");
  });

  it("names the year only when it is another one", () => {
    expect(dayName(new Date(2026, 0, 2).getTime(), now)).not.toContain("2026");
    expect(dayName(new Date(2025, 11, 31).getTime(), now)).toContain("2025");
  });
});

describe("an avatar", () => {
  it.each([
    ["Ada Lovelace", "AL"],
    ["ada", "A"],
    ["Jean-Luc van der Berg", "JB"],
    ["👩‍🚀 Sally", "👩‍🚀S"],
    ["李 小龙", "李小"],
    ["...", ""],
  ])("shows the initials of %s", (name, initials) => {
    expect(initialsOf(name)).toBe(initials === "" ? "?" : initials);
  });

  it("has the same colour for the same person, and one of the palette", () => {
    for (let i = 0; i < 40; i += 1) {
      const id = (i * 7_654_321).toString(16).padStart(6, "0").repeat(6).slice(0, 32);
      expect(tintOf(id)).toMatch(/^tint([0-9]|10)$/);
      expect(tintOf(id)).toBe(tintOf(id));
    }
  });
});
