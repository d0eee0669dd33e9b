#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A web server on loopback that knows byte ranges and misbehaves when told to.

    serve.py FOLDER FAULTS LOG PORT-FILE [CERTIFICATE KEY [AUTHORITY]]

Serves FOLDER until it is killed; with a certificate over TLS, and with an authority
only clients that have a certificate of it. Each request is a line in LOG: method, path,
range or "-", status, and what a proxy would be told of who asks, or "-". FAULTS is read at each request; a line is

    PATTERN FAULT [VALUE]

and the first whose pattern (as of file names) matches the path counts:

    status N      answers with this status
    cut N         promises all and closes the connection behind N bytes
    cut-once N    the same, but for the first request alone
    slow N        a kilobyte every N milliseconds
    ranges no     sends all, whatever range is asked for
    length no     does not say how long it is
    endless no    never stops sending, and does not say how long it is
    instead FILE  sends this file
    hang SECONDS  says nothing for so long
"""
import fnmatch
import http.server
import os
import re
import ssl
import sys
import time

FOLDER, FAULTS, LOG, PORT = sys.argv[1:5]
seen = set()


def fault_of(path):
    try:
        with open(FAULTS) as lines:
            for line in lines:
                words = line.split()
                if len(words) >= 2 and fnmatch.fnmatch(path, words[0]):
                    return words[1], words[2] if len(words) > 2 else ""
    except FileNotFoundError:
        pass
    return "", ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self, status):
        with open(LOG, "a") as log:
            log.write(f"{self.command} {self.path} {self.headers.get('Range', '-')} {status} "
                      f"{self.headers.get('Proxy-Authorization', '-')}\n")

    def refuse(self, status):
        self.note(status)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        # a proxy may send all of the URL
        path = http.server.urllib.parse.unquote(http.server.urllib.parse.urlsplit(self.path).path)
        fault, value = fault_of(path)
        if fault == "hang":
            time.sleep(float(value))
        if fault == "status":
            return self.refuse(int(value))
        real = os.path.normpath(FOLDER + path) if fault != "instead" else value
        try:
            with open(real, "rb") as file:
                data = file.read()
        except OSError:
            return self.refuse(404)
        return self.answer(data, fault, value)

    def answer(self, data, fault, value):
        status, start, end = 200, 0, len(data)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and fault != "ranges":
            status, start = 206, int(asked[1])
            end = min(end, int(asked[2]) + 1) if asked[2] else end
            if start >= len(data):
                return self.refuse(416)
        self.note(status)
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
        if fault in ("length", "endless"):
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(end - start))
        self.end_headers()
        return self.send(data[start:end], fault, value)

    def send(self, data, fault, value):
        if fault == "cut-once":
            fault = "" if self.path in seen else "cut"
            seen.add(self.path)
        if fault == "cut":
            self.wfile.write(data[:int(value)])
            self.close_connection = True
            return
        if fault == "slow":
            for at in range(0, len(data), 1024):
                self.wfile.write(data[at:at + 1024])
                time.sleep(int(value) / 1000)
            return
        self.wfile.write(data)
        while fault == "endless":
            self.wfile.write(b"x" * 65536)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that went away is what the tests are about."""


def with_tls(plain, certificate, key, authority=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if authority:
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    # not where connections are accepted: one client would keep the others waiting
    return context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 5:
    server.socket = with_tls(server.socket, *sys.argv[5:])
with open(PORT + ".new", "w") as port:
    port.write(str(server.server_address[1]))
os.rename(PORT + ".new", PORT)
server.serve_forever()
