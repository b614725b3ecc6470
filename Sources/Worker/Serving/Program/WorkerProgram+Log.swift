internal import Contract
internal import Linux
public import Logging

extension WorkerProgram {
    /// Where the log lines of a worker go.
    ///
    /// The server's own lines ("ready", "a request failed") go to stderr or `--error-log`, in the format of `brigade` itself,
    /// for every application. An author may choose another place for the lines of the application and of its libraries.
    public struct Log: Sendable {
        fileprivate let make: (@Sendable (String) -> any LogHandler)?
        fileprivate let hasServer: Bool

        /// All lines go where the server's own go.
        public static let lines = Log(make: nil, hasServer: false)

        /// Lines of the application go to handlers of its own. Their level is the operator's (`--log-level`).
        /// - Parameters:
        ///   - includingServer: whether the server's own lines go there too, with the label `serving`, and not to the usual
        ///     places.
        ///   - make: a handler for the loggers of a label.
        public static func handler(
            includingServer: Bool = false, _ make: @escaping @Sendable (_ label: String) -> any LogHandler
        ) -> Log {
            Log(make: make, hasServer: includingServer)
        }
    }
}

extension WorkerProgram.Log {
    static let serverLabel = "serving"

    /// For this process.
    func factory(process: LogProcess, level: Logger.Level) -> @Sendable (String) -> any LogHandler {
        { label in
            guard let make, hasServer || label != Self.serverLabel else {
                return LineLogHandler(label, process: process, level: level)
            }
            var handler = make(label)
            handler.logLevel = level
            return OrderedLevelHandler(handler)
        }
    }
}

/// An author's handler, whose level an operator can change (`OrderedLogLevel`).
struct OrderedLevelHandler: LogHandler {
    private(set) var handler: any LogHandler

    init(_ handler: any LogHandler) {
        self.handler = handler
    }

    var logLevel: Logger.Level {
        get { OrderedLogLevel.current ?? handler.logLevel }
        set { handler.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        var handler = handler
        // It may have a filter of its own, as one that passes lines on to several others does.
        if let level = OrderedLogLevel.current { handler.logLevel = level }
        handler.log(event: event)
    }
}
