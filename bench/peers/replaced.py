"""How the replaced system sends, and nothing else: FastAPI, a map from users to sockets, sequential sends."""
import json
import os

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect


class WebSocketManager:
    def __init__(self):
        self.connections: dict[str, set[WebSocket]] = {}

    async def connect(self, websocket: WebSocket, user_id: str):
        await websocket.accept()
        self.connections.setdefault(user_id, set()).add(websocket)

    def disconnect(self, websocket: WebSocket, user_id: str):
        self.connections[user_id].discard(websocket)

    async def broadcast(self, message: dict, target_users: set[str]):
        text = json.dumps(message)
        for user_id in target_users:
            for websocket in list(self.connections.get(user_id, ())):
                await websocket.send_text(text)


app = FastAPI()
manager = WebSocketManager()
last = 0


@app.websocket("/ws")
async def ws(websocket: WebSocket):
    global last
    last += 1
    user_id = str(last)
    await manager.connect(websocket, user_id)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        manager.disconnect(websocket, user_id)


@app.post("/publish", status_code=202)
async def publish(request: Request):
    await manager.broadcast(json.loads(await request.body()), set(manager.connections))


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", backlog=4096, ws_per_message_deflate=False)
