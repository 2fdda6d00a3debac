import { Hash, Lock, Sofa } from "lucide-react";
import type { Access } from "../../client/protocol";

const icons = { everyone: Sofa, open: Hash, closed: Lock };

export function RoomIcon({ access, size = 17 }: { access: Access; size?: number }) {
  const Icon = icons[access];
  return <Icon size={size} aria-hidden="true" />;
}
