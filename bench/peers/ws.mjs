// Node.js with ws, which sends the way ws's README does.
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

const http = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  for (const client of sockets.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(text);
  }
  response.writeHead(202).end();
});
const sockets = new WebSocketServer({ server: http, path: "/ws", perMessageDeflate: false });
http.listen(process.env.PORT, "127.0.0.1", 4096);
