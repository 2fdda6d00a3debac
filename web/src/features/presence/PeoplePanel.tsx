import { Users } from "lucide-react";
import type { People } from "../../client/people";
import type { PresentPerson, RoomId, User } from "../../client/protocol";
import { Avatar } from "../../ui/Avatar";
import { PresenceDot, stateNames } from "../../ui/PresenceDot";
import { number } from "../../ui/time";
import { useStore } from "../../ui/useStore";
import styles from "./PeoplePanel.module.css";

type ButtonProps = { people: People; room: RoomId; open: boolean; onToggle: () => void };

// How many are here now; opens and closes the list.
export function PeopleButton({ people, room, open, onToggle }: ButtonProps) {
  const online = useStore(people).get(room)?.online ?? 0;
  const label = `People here: ${number(online)}`;
  return (
    <button
      type="button"
      className={styles.button}
      aria-label={label}
      title={label}
      aria-expanded={open}
      data-testid="people-button"
      onClick={onToggle}
    >
      <Users size={18} aria-hidden="true" />
      <span data-testid="people-count">{number(online)}</span>
    </button>
  );
}

export function PeoplePanel({ people, room, me }: { people: People; room: RoomId; me: User }) {
  const here = useStore(people).get(room);
  return (
    <aside className={styles.panel} aria-label="People here" data-testid="people">
      {here?.listed === false && <p className={styles.crowd}>{number(here.online)} people are here.</p>}
      <ul className={styles.list}>
        {here?.people.map((person) => (
          <Row key={person.user.id} person={person} mine={person.user.id === me.id} />
        ))}
      </ul>
    </aside>
  );
}

function Row({ person, mine }: { person: PresentPerson; mine: boolean }) {
  return (
    <li className={styles.person} data-testid="person" data-state={person.state}>
      <span className={styles.face}>
        <Avatar id={person.user.id} name={person.user.name} size="small" />
        <span className={styles.dot}>
          <PresenceDot state={person.state} />
        </span>
      </span>
      <span className={styles.words}>
        <span className={styles.name} dir="auto">
          {person.user.name}
          {mine && <span className={styles.you}> you</span>}
        </span>
        <span className={styles.text} dir="auto">
          {person.text ?? (person.state === "active" ? "" : stateNames[person.state])}
        </span>
      </span>
    </li>
  );
}
