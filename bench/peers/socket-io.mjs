// Socket.IO with its defaults, over WebSocket only.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  io.emit("message", text);
  response.writeHead(202).end();
});
const io = new Server(http, { transports: ["websocket"] });
http.listen(process.env.PORT, "127.0.0.1", 4096);
