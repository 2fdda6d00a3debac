# What python-socketio does at the example server; the last line tells that all of it was as it should be.
# usage: python_client.py URL polling|websocket|upgrade
import os
import sys
import threading

import engineio
import socketio

# It gives up on a body of more than 16 packets, which any server sends after a burst.
engineio.payload.Payload.max_decode_packets = 10_000

url, mode = sys.argv[1:]
transports = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}[mode]
PATIENCE = 10


# Ends the process whatever its clients' threads do.
def leave(code, text):
    print(text, file=sys.stderr if code else sys.stdout, flush=True)
    os._exit(code)


def same(actual, expected, what):
    if actual != expected:
        leave(1, f"{what}: {actual!r} instead of {expected!r}")


class Guest:
    def __init__(self, namespaces=("/",), auth=None, patience=PATIENCE):
        self.client = socketio.Client(reconnection=False)
        self.heard = []
        self.arrived = threading.Condition()
        for namespace in namespaces:
            self.client.on("*", self.note, namespace=namespace)
            self.client.on("connect_error", lambda data, n=namespace: self.note("connect_error", data), namespace=namespace)
            self.client.on("disconnect", lambda n=namespace: self.note("disconnect", n), namespace=namespace)
        self.client.on("question", lambda what: f"answer to {what}", namespace=namespaces[0])
        self.client.connect(url, transports=transports, namespaces=list(namespaces), auth=auth, wait_timeout=patience)

    def note(self, event, *values):
        with self.arrived:
            self.heard.append((event, *values))
            self.arrived.notify_all()

    # The first of what it hears and has not taken that has this name.
    def take(self, event):
        with self.arrived:
            self.arrived.wait_for(lambda: any(each[0] == event for each in self.heard), PATIENCE)
            for each in self.heard:
                if each[0] == event:
                    self.heard.remove(each)
                    return list(each[1:])
        leave(1, f"no {event}, but {self.heard!r}")


kinds = [None, True, False, 0, -1, 1.5, 2**53 - 1, "", "text", [], {}, {"a": [1, {"b": None}]}, "Zürich €", "😀👩‍👩‍👧‍👦", "नमस्ते", "\x00\x1e"]

first = Guest(("/", "/custom"), {"token": "a b&c=€"})
same(first.take("auth"), [{"token": "a b&c=€"}], "auth")
same(first.take("auth"), [{"token": "a b&c=€"}], "auth of /custom")
same(first.client.transport(), "polling" if mode == "polling" else "websocket", "transport")
for value in kinds:
    first.client.emit("message", (value,))
    same(first.take("message-back"), [value], "an event")
    same(first.client.call("message-with-ack", (value,), timeout=PATIENCE), value, "an acknowledgement")
same(first.client.call("message-with-ack", ("there",), namespace="/custom", timeout=PATIENCE), "there", "in /custom")

large = bytes(i * 7 & 255 for i in range(100_000))
first.client.emit("message", (b"\x01\x02", {"a": [large, b""]}, "tail"))
same(first.take("message-back"), [b"\x01\x02", {"a": [large, b""]}, "tail"], "binary")
same(first.client.call("message-with-ack", (large,), timeout=PATIENCE), large, "binary in an acknowledgement")

other = Guest()
other.take("auth")
first.client.call("join", "red", timeout=PATIENCE)
other.client.call("join", "red", timeout=PATIENCE)
first.client.call("say", ("red", {"text": "hi"}), timeout=PATIENCE)
same([first.take("said"), other.take("said")], [[{"text": "hi"}]] * 2, "a broadcast")
first.client.call("binary", ("red", b"\x03"), timeout=PATIENCE)
same(other.take("binary"), [b"\x03"], "a broadcast to the others")
error, answers = first.client.call("ask-everyone", ("why?",), timeout=PATIENCE)
same([error, answers], [None, ["answer to why?"] * 2], "answers")

for i in range(1_000):
    first.client.emit("message", i)
same([first.take("message-back") for _ in range(1_000)], [[i] for i in range(1_000)], "a thousand events in order")

try:
    Guest(("/admin",), {"token": "guess"}, patience=1)
    leave(1, "/admin let it in")
except socketio.exceptions.ConnectionError:
    pass
admin = Guest(("/admin",), {"token": "let me in"})
admin.take("auth")
admin.client.disconnect()

other.client.emit("kick", other.client.get_sid())
same(other.take("disconnect"), ["/"], "kicked")
first.client.disconnect()
leave(0, "all well")
