"""Servers on loopback that send files over TLS, well or badly, for fetch.sh.

usage: fetch_server.py FOLDER PORTS LOG

FOLDER holds the files, and ca.pem with good.*, expired.*, other.* and alien.* beside them. PORTS
gets a line "NAME PORT" for each certificate and for a proxy. The first part of a path says how a
file is sent; without one of the words below it is sent well. LOG gets a line for each request.
"""
import http.server
import os
import select
import socket
import socketserver
import ssl
import sys
import threading
import time

folder, ports, log = sys.argv[1:]
LIFE = 110
CUT = 1000
seen = {}
lock = threading.Lock()


def count(key):
    with lock:
        seen[key] = seen.get(key, 0) + 1
        return seen[key]


def note(line):
    with lock, open(log, "a") as f:
        f.write(line + "\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def start(self):
        value = self.headers.get("Range")
        return int(value[6:].split("-")[0]) if value else None

    def send_plain(self, status, body, kind="application/octet-stream", extra=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in extra:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, where):
        self.send_plain(302, b"elsewhere", extra=[("Location", where)])

    def send_well(self, data, limit=None):
        """The whole, or what the range asks for; no more than limit bytes, then the end."""
        start = self.start()
        self.send_response(200 if start is None else 206)
        if start is not None:
            last = len(data) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(data)}")
        body = data[start or 0:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if limit is None else body[:limit])
        if limit is not None and limit < len(body):
            self.close_connection = True

    def send_endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    def do_GET(self):
        path = self.path.split("?")[0]
        how, name = path.split("/")[1], os.path.basename(path)
        note(f"{self.headers['Host'].split(':')[0]} {path} {self.headers.get('Range', '-')}")
        try:
            with open(os.path.join(folder, name), "rb") as f:
                data = f.read()
        except OSError:
            data = None
        try:
            self.answer(how, path, data)
        except OSError:
            self.close_connection = True

    def answer(self, how, path, data):
        if how == "gone" or data is None:
            self.send_plain(404, b"no such file")
        elif how == "busy" and count(path) < 3:
            self.send_plain(503, b"later")
        elif how == "down":
            self.send_plain(500, b"broken")
        elif how == "hop":
            self.redirect("/good/" + path.split("/", 2)[2])
        elif how == "loop":
            self.redirect(path)
        elif how == "http":
            self.redirect("http://127.0.0.1" + path)
        elif how == "html":
            self.send_plain(200, b"<html>log in</html>", "text/html; charset=utf-8")
        elif how == "wrong":
            self.send_plain(200, b"W" * len(data))
        elif how == "long":
            self.send_plain(200, data + b"more")
        elif how == "empty":
            self.send_plain(200, b"")
        elif how == "endless":
            self.send_endless()
        elif how == "stall":
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.flush()
            time.sleep(20)
        elif how == "slow":
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            for start in range(0, len(data), 2000):
                self.wfile.write(data[start:start + 2000])
                self.wfile.flush()
                time.sleep(0.2)
        elif how == "cut":
            self.send_well(data, CUT)
        elif how == "cutonce":
            self.send_well(data, CUT if count(path) == 1 else None)
        elif how == "norange":
            del self.headers["Range"]
            self.send_well(data)
        elif how == "wrongrange" and self.start() is not None:
            extra = [("Content-Range", f"bytes 0-{len(data) - 1}/{len(data)}")]
            self.send_plain(206, data, extra=extra)
        elif how == "norange416" and self.start() is not None:
            self.send_plain(416, b"")
        else:
            self.send_well(data)


class Proxy(socketserver.BaseRequestHandler):
    """CONNECT, whatever the host: everything leads to the good server."""

    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.request.recv(4096)
            if not more:
                return
            head += more
        note("proxy " + head.split(b"\r\n")[0].decode())
        with socket.create_connection(("127.0.0.1", good_port)) as server:
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            ends = {self.request: server, server: self.request}
            while True:
                for end in select.select(list(ends), [], [], 30)[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end].sendall(data)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class TlsServer(Server):
    def __init__(self, name):
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(os.path.join(folder, name + ".pem"),
                                 os.path.join(folder, name + ".key"))
        super().__init__(("127.0.0.1", 0), Handler)

    def finish_request(self, request, client_address):
        # In the connection's own thread: one that hangs does not hold up the others.
        request.settimeout(30)
        with self.tls.wrap_socket(request, server_side=True) as tls:
            self.RequestHandlerClass(tls, client_address, self)


servers = {name: TlsServer(name) for name in ("good", "expired", "other", "alien")}
good_port = servers["good"].server_address[1]
servers["proxy"] = Server(("127.0.0.1", 0), Proxy)
for server in servers.values():
    threading.Thread(target=server.serve_forever, daemon=True).start()
with open(ports + ".new", "w") as f:
    for name, server in servers.items():
        f.write(f"{name} {server.server_address[1]}\n")
os.rename(ports + ".new", ports)
time.sleep(LIFE)
