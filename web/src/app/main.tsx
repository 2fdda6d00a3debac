import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Client } from "../client/client";
import "../ui/base.css";
import { App } from "./App";
import { ErrorBoundary } from "./ErrorBoundary";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");

const client = new Client();
void client.start();
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <App client={client} />
    </ErrorBoundary>
  </StrictMode>,
);
