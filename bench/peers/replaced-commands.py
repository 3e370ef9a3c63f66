"""How the replaced system creates a request: FastAPI, SQLAlchemy and psycopg2, one process without Redis.

Three rows a request: the request, the supporter's counter in patreon_tier_data, and the activity log. Like there, the
endpoints are coroutines that use a synchronous session, and the admins' ids are cached.
"""
import json
import os
from datetime import datetime

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, WebSocket, WebSocketDisconnect
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Text, create_engine, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, declarative_base, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"], pool_size=80)
SessionLocal = sessionmaker(bind=engine, autoflush=False)
Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(BigInteger, primary_key=True)
    email = Column(Text, nullable=False, unique=True)
    username = Column(Text, nullable=False)
    hashed_password = Column(Text)
    role = Column(Text, nullable=False)
    created_by = Column(ForeignKey("users.id"))
    is_active = Column(Boolean, nullable=False, default=True)
    patreon_id = Column(Text)
    patreon_tier_data = Column(JSONB)
    created_at = Column(DateTime, nullable=False, default=datetime.utcnow)


class BookRequest(Base):
    __tablename__ = "book_requests"
    id = Column(BigInteger, primary_key=True)
    creator_id = Column(ForeignKey("users.id"), nullable=False)
    user_id = Column(ForeignKey("users.id"), nullable=False)
    title = Column(Text, nullable=False)
    author = Column(Text)
    link = Column(Text)
    message = Column(Text)
    status = Column(Text, nullable=False, default="PENDING")
    response = Column(Text)
    responded_by = Column(ForeignKey("users.id"))
    refunded = Column(Boolean, nullable=False, default=False)
    created_at = Column(DateTime, nullable=False, default=datetime.utcnow)
    updated_at = Column(DateTime, nullable=False, default=datetime.utcnow)


class ActivityLog(Base):
    __tablename__ = "activity_log"
    id = Column(BigInteger, primary_key=True)
    creator_id = Column(BigInteger, nullable=False)
    user_id = Column(BigInteger)
    action = Column(Text, nullable=False)
    details = Column(JSONB)
    created_at = Column(DateTime, nullable=False, default=datetime.utcnow)


class NewRequest(BaseModel):
    creator_id: int
    title: str
    author: str | None = None
    link: str | None = None
    message: str | None = None


class WebSocketManager:
    def __init__(self):
        self.active_connections: dict[str, set[WebSocket]] = {}

    async def connect(self, websocket: WebSocket, user_id: str):
        await websocket.accept()
        self.active_connections.setdefault(user_id, set()).add(websocket)

    def disconnect(self, websocket: WebSocket, user_id: str):
        self.active_connections[user_id].discard(websocket)

    async def broadcast(self, message: dict, target_user_ids: set[str]):
        text = json.dumps(message)
        for user_id in target_user_ids:
            for websocket in list(self.active_connections.get(user_id, ())):
                try:
                    await websocket.send_text(text)
                except Exception:  # closed meanwhile
                    self.disconnect(websocket, user_id)

    async def send_to_user(self, user_id: str, message: dict):
        await self.broadcast(message, {user_id})


app = FastAPI()
book_request_ws_manager = WebSocketManager()
admin_user_cache: dict[int, set[str]] = {}
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="login")


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


async def get_current_user(token: str = Depends(oauth2_scheme), db: Session = Depends(get_db)) -> User:
    try:
        user_id = int(jwt.decode(token, os.environ["JWT_SECRET"], algorithms=["HS256"])["sub"])
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise HTTPException(401, "Not signed in")
    user = db.query(User).filter(User.id == user_id).first()
    if user is None or not user.is_active:
        raise HTTPException(401, "Not signed in")
    return user


def get_admin_user_ids(creator_id: int, db: Session) -> set[str]:
    if creator_id not in admin_user_cache:
        team = (User.created_by == creator_id) & (User.role == "team") & User.is_active
        admins = db.query(User.id).filter(or_(User.id == creator_id, team))
        admin_user_cache[creator_id] = {str(user_id) for (user_id,) in admins}
    return admin_user_cache[creator_id]


def get_user_book_request_quota(user: User) -> dict:
    allowed = user.patreon_tier_data["book_requests_allowed"]
    used = user.patreon_tier_data["book_requests_used"]
    return {"allowed": allowed, "used": used, "remaining": allowed - used}


def to_dict(book_request: BookRequest, username: str) -> dict:
    return {
        "id": book_request.id,
        "creator_id": book_request.creator_id,
        "user_id": book_request.user_id,
        "username": username,
        "title": book_request.title,
        "author": book_request.author,
        "link": book_request.link,
        "message": book_request.message,
        "status": book_request.status,
        "response": book_request.response,
        "refunded": book_request.refunded,
        "created_at": book_request.created_at.isoformat(),
        "updated_at": book_request.updated_at.isoformat(),
    }


@app.post("/api/book-requests", status_code=201)
async def create_book_request(
    wanted: NewRequest, current_user: User = Depends(get_current_user), db: Session = Depends(get_db)
):
    if current_user.created_by != wanted.creator_id:
        raise HTTPException(404, "No such creator")
    db.refresh(current_user, with_for_update=True)
    quota = get_user_book_request_quota(current_user)
    if quota["remaining"] <= 0:
        raise HTTPException(403, "No requests left")
    current_user.patreon_tier_data = {**current_user.patreon_tier_data, "book_requests_used": quota["used"] + 1}
    book_request = BookRequest(user_id=current_user.id, **wanted.dict())
    db.add(book_request)
    db.flush()
    details = {"book_request_id": book_request.id, "title": book_request.title}
    db.add(
        ActivityLog(creator_id=wanted.creator_id, user_id=current_user.id, action="book_request_created", details=details)
    )
    db.commit()
    db.refresh(book_request)

    user_id = str(current_user.id)
    book_request_dict = to_dict(book_request, current_user.username)
    await book_request_ws_manager.broadcast(
        {"type": "book_request_update", "action": "created", "book_request": book_request_dict},
        get_admin_user_ids(wanted.creator_id, db) | {user_id},
    )
    updated_quota = get_user_book_request_quota(current_user)
    await book_request_ws_manager.send_to_user(user_id, {"type": "quota_update", "quota": updated_quota})
    return book_request_dict


def newest_requests(user_id: int) -> list[dict]:
    with SessionLocal() as db:
        user = db.query(User).filter(User.id == user_id).one()
        own = BookRequest.user_id == user_id
        seen = own if user.role == "patreon" else BookRequest.creator_id == (user.created_by or user_id)
        newest = db.query(BookRequest, User.username).join(User, User.id == BookRequest.user_id).filter(seen)
        return [to_dict(*row) for row in newest.order_by(BookRequest.id.desc()).limit(50)]


@app.websocket("/api/book-requests/ws")
async def book_requests_ws(websocket: WebSocket, user_id: int):
    await book_request_ws_manager.connect(websocket, str(user_id))
    try:
        await websocket.send_json({"type": "initial_data", "book_requests": newest_requests(user_id)})
        while True:
            if await websocket.receive_text() == "ping":
                await websocket.send_text("pong")
    except WebSocketDisconnect:
        book_request_ws_manager.disconnect(websocket, str(user_id))


Base.metadata.create_all(engine)
uvicorn.run(
    app,
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    log_level="warning",
    backlog=4096,
    timeout_keep_alive=120,
    ws_per_message_deflate=False,
)
