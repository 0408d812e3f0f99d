#!/usr/bin/env python3
"""A small back office: answers what the shop asks before it confirms an order. Python's standard library only.

It is told by a signed webhook (Standard Webhooks 1.0), and looks for itself now and then: a push that gets lost costs time,
never an order. Both ways lead to the same list of open questions, and an answer carries a key made of its question, so that
answering twice changes nothing.

    SHOP_URL        the shop's GraphQL address, such as https://shop.example.com/graphql
    SHOP_KEY        an API key with ORDER_CONFIRM and EVENT_READ
    WEBHOOK_SECRET  what webhookCreate showed, whsec_...; several, separated by blanks, while it is changed
    LISTEN          where the shop's events come in, such as 127.0.0.1:9000
    POLL_SECONDS    how often it looks for itself [30]
    MISSING         SKUs it cannot deliver, separated by commas [none]
"""

import base64
import hashlib
import hmac
import json
import os
import queue
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
LONGEST_BODY = 1 << 20
ASKED = "ORDER_CONFIRMATION_REQUESTED"

EVENTS = """query($cursor: String, $kind: [EventKind!]) {
  eventsSince(cursor: $cursor, kind: $kind, first: 100) { events { id } nextCursor hasMore } }"""
OPEN = """query($after: String) {
  orderConfirmationRequests(filter: { status: [PENDING] }, first: 50, after: $after) {
    nodes { id lines { quantity line { sku } } } pageInfo { hasNextPage endCursor } } }"""
ANSWER = """mutation($input: OrderConfirmationRespondInput!) {
  orderConfirmationRespond(input: $input) { orderConfirmationRequest { status } userErrors { code message } } }"""


def is_genuine(secrets, headers, body, now):
    """Whether one of the signatures fits one of our secrets, and the message is fresh."""
    identity, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identity or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    content = f"{identity}.{timestamp}.".encode() + body
    fits = False
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        for signature in headers.get("webhook-signature", "").split(" "):
            fits |= hmac.compare_digest(signature.encode(), f"v1,{expected}".encode())
    return fits


class Shop:
    """The shop's API."""

    def __init__(self, url, key):
        self.url, self.key = url, key

    def ask(self, document, variables):
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(self.url, body, headers)
        with urllib.request.urlopen(request, timeout=20) as response:
            answer = json.load(response)
        if answer.get("errors"):
            raise RuntimeError(answer["errors"][0]["message"])
        return answer["data"]

    def open_questions(self):
        after = None
        while True:
            page = self.ask(OPEN, {"after": after})["orderConfirmationRequests"]
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def answer(question, missing):
    """What the back office says to a question."""
    wanting = sorted(line["line"]["sku"] for line in question["lines"] if line["line"]["sku"] in missing)
    reply = {"orderConfirmationRequestId": question["id"], "idempotencyKey": "erp-" + question["id"]}
    if wanting:
        return reply | {"outcome": "REJECTED", "reason": "not in stock: " + ", ".join(wanting)}
    return reply | {"outcome": "CONFIRMED", "reason": "in stock", "externalRef": "ERP-" + question["id"][-8:]}


def work(shop, missing, why):
    """Answers everything that is open. A refusal is the shop's last word: somebody else has answered meanwhile."""
    for question in shop.open_questions():
        reply = answer(question, missing)
        payload = shop.ask(ANSWER, {"input": reply})["orderConfirmationRespond"]
        codes = [error["code"] for error in payload["userErrors"]]
        print(why, reply["outcome"], question["id"], *codes, flush=True)


def receiver(secrets, wake):
    """The web server's handler: believes only what is signed, answers at once, and leaves the work to others."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("content-length") or 0)
            if not 0 <= length <= LONGEST_BODY:
                return self.reply(413)
            body = self.rfile.read(length)
            if not is_genuine(secrets, self.headers, body, time.time()):
                return self.reply(401)
            if json.loads(body)["type"] == ASKED:
                wake.put("push")
            return self.reply(204)

        def reply(self, status):
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def follow(shop, cursor):
    """Reads the feed to its end; answers where it ends and whether something was asked."""
    is_asked = False
    while True:
        feed = shop.ask(EVENTS, {"cursor": cursor, "kind": [ASKED]})["eventsSince"]
        is_asked |= bool(feed["events"])
        cursor = feed["nextCursor"]
        if not feed["hasMore"]:
            return cursor, is_asked


def main():
    shop = Shop(os.environ["SHOP_URL"], os.environ["SHOP_KEY"])
    missing = set(filter(None, os.environ.get("MISSING", "").split(",")))
    host, port = os.environ["LISTEN"].rsplit(":", 1)
    wake = queue.Queue()
    handler = receiver(os.environ["WEBHOOK_SECRET"].split(), wake)
    server = ThreadingHTTPServer((host, int(port)), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", flush=True)
    cursor = None
    while True:
        try:
            why = wake.get(timeout=float(os.environ.get("POLL_SECONDS", "30")))
        except queue.Empty:
            why = "poll"
        try:
            if why == "push":
                work(shop, missing, why)
                continue
            end, is_asked = follow(shop, cursor)
            if is_asked:
                work(shop, missing, why)
            # Only now: what failed before is read again in the next turn.
            cursor = end
        except (OSError, HTTPException, ValueError) as error:
            print("failed", error, flush=True)
        except RuntimeError as error:
            # The shop refused the question itself, such as a cursor that is too old: begin with the oldest event kept.
            cursor = None
            print("refused", error, flush=True)


if __name__ == "__main__":
    main()
