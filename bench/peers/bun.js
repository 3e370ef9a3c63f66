// uWebSockets as embedded in Bun; every client subscribes to one topic.
const server = Bun.serve({
  port: process.env.PORT,
  hostname: "127.0.0.1",
  async fetch(request, server) {
    if (request.method === "POST") {
      server.publish("all", await request.text());
      return new Response(null, { status: 202 });
    }
    return server.upgrade(request) ? undefined : new Response("WebSocket only", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open: (socket) => socket.subscribe("all"),
    message: () => {},
  },
});
console.log(`listening on ${server.port}`);
