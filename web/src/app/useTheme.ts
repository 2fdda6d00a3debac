// Light, dark, or as the system. theme.js sets it before the first paint; from then on this does.
import { useState } from "react";
import { LocalValues } from "../client/storage";
import type { Theme } from "../features/rooms/Sidebar";

const kKey = "theme";
const following: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const values = new LocalValues();

function kept(): Theme {
  const theme = values.read(kKey);
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(kept);
  const next = () => {
    const chosen = following[theme];
    setTheme(chosen);
    values.write(kKey, chosen);
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  };
  return [theme, next];
}
