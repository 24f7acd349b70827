package vch.app.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// The backend of System.Logger: one line an event on standard error, `time level logger message`.
final class Logs {
  /// Kept so that its level is not forgotten when it is collected.
  private static final Logger ROOT = Logger.getLogger("");

  private Logs() {}

  static void configure(boolean debug) throws UnsupportedEncodingException {
    LogManager.getLogManager().reset();
    var handler = new ConsoleHandler();
    handler.setEncoding(StandardCharsets.UTF_8.name());
    handler.setFormatter(new Line());
    handler.setLevel(Level.ALL);
    ROOT.addHandler(handler);
    ROOT.setLevel(Level.WARNING);
    Logger.getLogger("vch").setLevel(debug ? Level.FINE : Level.INFO);
  }

  private static final class Line extends Formatter {
    @Override
    public String format(LogRecord event) {
      var level =
          event.getLevel().intValue() >= Level.SEVERE.intValue()
              ? "error"
              : event.getLevel().intValue() >= Level.WARNING.intValue()
                  ? "warning"
                  : event.getLevel().intValue() >= Level.INFO.intValue() ? "info" : "debug";
      var text = new StringWriter();
      text.append(event.getInstant().toString()).append(' ').append(level).append(' ');
      text.append(String.valueOf(event.getLoggerName()))
          .append(' ')
          .append(formatMessage(event))
          .append('\n');
      if (event.getThrown() != null) {
        event.getThrown().printStackTrace(new PrintWriter(text, true));
      }
      return text.toString();
    }
  }
}
