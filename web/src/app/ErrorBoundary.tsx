import { Component, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { Logo } from "../ui/Logo";

// Our own mistakes: the page says so instead of going blank. Drafts and unsent messages are in storage already.
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <EmptyState icon={<Logo size={34} />} title="Something went wrong on this page">
        <p>Your drafts and unsent messages are kept. Load the page again to go on.</p>
        <Button look="primary" onClick={() => window.location.reload()}>
          Load again
        </Button>
      </EmptyState>
    );
  }
}
