package peer;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** Spring's WebSocket support with its default server, used as its documentation shows. */
@SpringBootApplication
@EnableWebSocket
@RestController
public class Spring extends TextWebSocketHandler implements WebSocketConfigurer {
  private final Set<WebSocketSession> sessions = ConcurrentHashMap.newKeySet();

  public static void main(String[] arguments) {
    SpringApplication.run(Spring.class, "--server.address=127.0.0.1",
        "--server.port=" + System.getenv("PORT"), "--server.tomcat.max-connections=20000",
        "--server.tomcat.accept-count=4096");
  }

  @Override
  public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
    registry.addHandler(this, "/ws").setAllowedOrigins("*");
  }

  @Override
  public void afterConnectionEstablished(WebSocketSession session) {
    sessions.add(new ConcurrentWebSocketSessionDecorator(session, 10_000, 512 * 1024));
  }

  @Override
  public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
    sessions.removeIf(known -> known.getId().equals(session.getId()));
  }

  @PostMapping("/publish")
  @ResponseStatus(HttpStatus.ACCEPTED)
  void publish(@RequestBody String text) throws IOException {
    var message = new TextMessage(text);
    for (WebSocketSession session : sessions) {
      session.sendMessage(message);
    }
  }
}
