#!/usr/bin/env python3
"""Prints everything that happens to a user of Bookbell, as one JSON object a line.

    BOOKBELL_KEY=bbk_... python3 follow.py http://localhost:8080 socket     # or: stream, poll

Needs only Python 3.9 and its standard library. After a lost connection it continues where it was, over
whichever transport it is told to use, so no message is missing and none is repeated.
"""
import base64, http.client, json, os, random, struct, sys, time
from urllib.parse import urlsplit

HEADERS = {"Authorization": "Bearer " + os.environ.get("BOOKBELL_KEY", "")}


class Follower:
    """Where a client is: everything up to `seq` of `epoch` has been handled."""

    def __init__(self, url, handle):
        self.url, self.handle, self.epoch, self.seq = urlsplit(url), handle, None, None

    def take(self, message):
        if message["type"] == "initial_data":  # a snapshot of everything, in place of what was missed
            self.epoch, self.seq = message["epoch"], message["seq"]
        elif message["type"] == "resumed":  # what was missed follows
            self.epoch = message["epoch"]
        elif "seq" in message and message["type"] != "pong":
            self.seq = message["seq"]
        self.handle(message)

    def open(self, path, resume=True, headers=None):
        """Sends a GET and returns the connection with the head of the response."""
        secure = self.url.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(self.url.netloc, timeout=60)
        if resume and self.epoch:
            path += ("&" if "?" in path else "?") + f"since={self.epoch}:{self.seq}"
        connection.request("GET", self.url.path.rstrip("/") + path, headers={**HEADERS, **(headers or {})})
        response = connection.getresponse()
        if response.status in (401, 403):
            sys.exit(f"{response.status}: the key is not valid, or may not do this")
        if response.status not in (101, 200):  # full, or shutting down
            time.sleep(int(response.headers.get("Retry-After", 1)))
            raise ConnectionError(response.status)
        return connection, response

    def poll(self):
        """Long polls: each is answered at once if there is something, else after 30 seconds."""
        known = []
        while True:
            connection, response = self.open("/api/messages?wait=30&limit=1000")
            answer = json.load(response)
            connection.close()
            if answer["initial_data"]:
                self.take(answer["initial_data"])
            for message in answer["messages"]:
                self.take(message)
            for message in answer["unnumbered"]:
                if message not in known:  # the current states come with every answer
                    self.take(message)
            known = answer["unnumbered"]

    def stream(self):
        """Server-sent events; a comment comes every 15 seconds."""
        _, response = self.open("/api/messages/stream")
        data = []
        while line := response.readline():
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "data":
                data.append(value)
            elif not field and data:  # an empty line ends an event
                self.take(json.loads("\n".join(data)))
                data = []

    def socket(self):
        """A WebSocket (RFC 6455); the server sends a ping every 25 seconds."""
        user = json.load(self.open("/api/me", resume=False)[1])["user"]["id"]
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": key}
        connection, response = self.open(f"/api/book-requests/ws?user_id={user}", headers=upgrade)
        while True:
            kind, payload = self.read_frame(response.fp)
            if kind == 0x9:  # ping
                mask = os.urandom(4)
                body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
                connection.sock.sendall(bytes([0x8A, 0x80 | len(payload)]) + mask + body)
            elif kind == 0x8:  # close
                if payload[:2] == struct.pack(">H", 4401):
                    sys.exit("The key was revoked or has expired")
                return
            elif kind == 0x1:  # text
                self.take(json.loads(payload))

    @staticmethod
    def read_frame(file):
        def read(size):
            data = file.read(size)
            if len(data) < size:
                raise ConnectionError("cut")
            return data

        first, length = read(2)
        if length == 126:
            length = struct.unpack(">H", read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", read(8))[0]
        return first & 0x0F, read(length)

    def follow(self, transport):
        pause = 0.1
        while True:
            before = self.seq
            try:
                getattr(self, transport)()
            except (OSError, http.client.HTTPException, ValueError) as error:
                print("lost the connection:", error, file=sys.stderr)
            pause = 0.1 if self.seq != before else min(pause * 2, 10)
            time.sleep(random.uniform(0, pause))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in ("socket", "stream", "poll"):
        sys.exit(__doc__)
    Follower(sys.argv[1], lambda message: print(json.dumps(message), flush=True)).follow(sys.argv[2])
