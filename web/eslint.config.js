import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

// app → features → client, ui. A feature never imports a feature; client knows no React; ui knows only itself.
const forbid = (message, ...regexes) => regexes.map((regex) => ({ regex, message }));

const fromApp = forbid("Only app/ itself may import from app/.", "(^|/)app/");
const fromFeatures = forbid("Only app/ may import from features/.", "(^|/)features/");
const fromClient = forbid("ui/ holds dumb parts: it may not know the client.", "(^|/)client/");
const fromUi = forbid("client/ may not know how things look.", "(^|/)ui/");
const react = forbid("client/ has no React.", "^react(-dom)?($|/)", "^virtua", "^lucide-react");
const socket = forbid("Only client/connection.ts may import socket.io-client.", "^socket\\.io-client");

const direction = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] },
});

const features = ["auth", "rooms", "timeline", "composer", "presence"];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "coverage"] },
  js.configs.recommended,
  { files: ["**/*.js", "**/*.mjs"], languageOptions: { globals: globals.node } },
  { files: ["public/**/*.js"], languageOptions: { globals: globals.browser, sourceType: "script" } },
  {
    files: ["src/**/*.{ts,tsx}", "vite.config.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs["recommended-latest"].rules,
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text becomes elements, never HTML." },
        { property: "outerHTML", message: "Text becomes elements, never HTML." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Text becomes elements, never HTML.",
        },
      ],
    },
  },
  direction(["src/app/**"], [...socket]),
  ...features.map((name) =>
    direction(
      [`src/features/${name}/**`],
      [
        ...fromApp,
        ...socket,
        ...forbid(
          "A feature never imports a feature.",
          "(^|/)features/",
          `^\\.\\./(${features.filter((other) => other !== name).join("|")})(/|$)`,
        ),
      ],
    ),
  ),
  direction(
    ["src/client/**"],
    [...fromApp, ...fromFeatures, ...fromUi, ...react, ...socket],
    ["src/client/connection.ts"],
  ),
  direction(["src/client/connection.ts"], [...fromApp, ...fromFeatures, ...fromUi, ...react]),
  direction(["src/ui/**"], [...fromApp, ...fromFeatures, ...fromClient, ...socket]),
);
