import { useEffect } from "react";

// "(3) Skat", and a dot on the icon, while something is unread.
export function useUnreadTitle(unread: number): void {
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? "99+" : unread}) Skat` : "Skat";
    const icon = document.querySelector<HTMLLinkElement>("#favicon");
    const href = unread > 0 ? "/favicon-unread.svg" : "/favicon.svg";
    if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  }, [unread]);
}
