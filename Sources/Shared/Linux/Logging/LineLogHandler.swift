package import Contract
package import Logging

/// Log lines on stderr, each written at once so that lines of several processes do not mix, in the format of `LogOutput`.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level {
        get { OrderedLogLevel.current ?? ownLevel }
        set { ownLevel = newValue }
    }
    private var ownLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let process: LogProcess
    private let label: String

    package init(_ label: String, process: LogProcess, level: Logger.Level) {
        self.label = label
        self.process = process
        ownLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        var line = LogLine(event.level, "\(event.message)", all, logger: label)
        line.errorType = event.error.map { "\(type(of: $0))" }
        LogOutput.write(line, process)
    }
}

extension LogLevel {
    package var level: Logger.Level { Logger.Level(rawValue: rawValue)! }
}
