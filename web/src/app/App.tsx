import type { Client } from "../client/client";
import { NameScreen } from "../features/auth/NameScreen";
import { useStore } from "../ui/useStore";
import { Shell } from "./Shell";

export function App({ client }: { client: Client }) {
  const { state, user, refusal } = useStore(client.session);
  if (state === "starting") return null;
  if (user !== undefined) return <Shell key={user.id} client={client} me={user} />;
  return <NameScreen refusal={refusal} busy={state === "known"} onName={(name) => client.signIn(name)} />;
}
