// Failures as the client sees them: the server's codes (protocol/errors.md) and three of its own.
import type { WireError } from "./protocol";

// Nothing was handed to a connection.
export const kNotConnected: WireError = { code: "not_connected", message: "There is no connection.", retry: "yes" };
// Handed over, but no acknowledgement came: it may have happened.
export const kNoAnswer: WireError = { code: "no_answer", message: "The server did not answer in time.", retry: "same" };
// An answer came that is not as the protocol says.
export const kBadAnswer: WireError = { code: "bad_answer", message: "The answer could not be read.", retry: "same" };

const advice: Record<string, string> = {
  bad_text: "This text has characters that cannot be sent. Remove them and try again.",
  text_too_long: "This message is too long. Split it into several.",
  bad_name: "Choose a name of 1 to 64 characters, without line breaks.",
  auth_required: "Choose a name to come in.",
  bad_token: "You were signed out. Choose a name to come in again.",
  unknown_room: "This room no longer exists, or you may not see it.",
  not_a_member: "You are not in this room any more. Join it again to write here.",
  already_a_member: "You are in this room already.",
  not_joinable: "This room is closed. Ask somebody who is in it.",
  cannot_leave: "Everybody is in the lobby; it cannot be left.",
  name_taken: "Another room has this name already. Choose another one, or look for it under “Browse rooms”.",
  stale: "It is not known any more whether this was sent. Look for it above, then send it again if it is missing.",
  refused_before: "This was refused earlier. Send it again to make a new attempt.",
  busy: "The server is busy. Try again in a moment.",
  unavailable: "The server cannot reach its storage now. Try again in a moment.",
  shutting_down: "The server is restarting. Try again in a moment.",
  unknown: "It is not known yet whether this worked. Try again.",
  not_connected: "There is no connection to the server. Try again once it is back.",
  no_answer: "The server did not answer. Try again.",
  bad_answer: "The server's answer could not be read. Reload the page and try again.",
};

// One sentence that says what happened and what to do.
export function explain(error: WireError): string {
  return advice[error.code] ?? error.message;
}
