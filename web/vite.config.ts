import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// A running `skat serve`; another address: SKAT_DEV_SERVER=http://127.0.0.1:5001 npm run dev
const server = process.env.SKAT_DEV_SERVER ?? "http://127.0.0.1:5000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // The page is served under a policy without `data:` and without inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // light-dark() and dvh stay as they are written.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
  server: {
    proxy: { "/socket.io": { target: server, ws: true } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    restoreMocks: true,
  },
});
