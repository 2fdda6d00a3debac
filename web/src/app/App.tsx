import type { Client } from "../client/client";
import { NameScreen } from "../features/auth/NameScreen";
import { ConnectionBanner } from "../features/presence/ConnectionBanner";
import { useStore } from "../ui/useStore";
import { Shell } from "./Shell";

export function App({ client }: { client: Client }) {
  const { state, user, refusal } = useStore(client.session);
  if (state === "starting") return null;
  if (user !== undefined) return <Shell key={user.id} client={client} me={user} />;
  const busy = state === "known";
  return (
    <>
      {busy && <ConnectionBanner connection={client.connection} />}
      <NameScreen refusal={refusal} busy={busy} onName={(name) => client.signIn(name)} />
    </>
  );
}
