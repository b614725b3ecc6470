import Contract
import Linux
import Logging
import Messages
import Testing

@testable import Serving

/// Whose log handler makes which lines. One after the other: the ordered level is the process's.
@Suite(.serialized) struct WorkerLogTests {
    private struct Own: LogHandler {
        let label: String
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        init(_ label: String) {
            self.label = label
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {}
    }

    private func handler(_ log: WorkerProgram.Log, _ label: String) -> any LogHandler {
        log.factory(process: LogProcess(.standaloneWorker), level: .notice)(label)
    }

    @Test func allLinesHaveTheServersFormatByDefault() {
        #expect(handler(.lines, "serving") is LineLogHandler && handler(.lines, "shop") is LineLogHandler)
    }

    @Test func theServersOwnLinesKeepTheirFormatUnlessTheAuthorDecidesOtherwise() {
        let own = WorkerProgram.Log.handler { Own($0) }
        #expect(handler(own, "serving") is LineLogHandler)
        #expect(((handler(own, "shop") as? OrderedLevelHandler)?.handler as? Own)?.label == "shop")
        let all = WorkerProgram.Log.handler(includingServer: true) { Own($0) }
        #expect(((handler(all, "serving") as? OrderedLevelHandler)?.handler as? Own)?.label == "serving")
    }

    @Test func theLevelIsTheOperators() {
        let own = WorkerProgram.Log.handler { Own($0) }
        #expect(handler(own, "shop").logLevel == .notice)
    }

    @Test func anOrderGoesBeforeEveryLoggersOwnLevel() {
        defer { OrderedLogLevel.current = nil }
        let handlers = [handler(.handler { Own($0) }, "shop"), handler(.lines, "shop")]
        for level in Logger.Level.allCases {
            OrderedLogLevel.current = level
            #expect(handlers.map(\.logLevel) == [level, level])
        }
        OrderedLogLevel.current = nil
        #expect(handlers.map(\.logLevel) == [.notice, .notice])
    }

    /// Both compile, which is all that can be said of a program that is not run.
    @Test func bothFormsOfAProgramAreWrittenWithATrailingClosure() {
        _ = WorkerProgram("short") {
            let application = Function { _ in .now(Response(.ok)) }
            return application
        }
        _ = WorkerProgram("short", log: .handler { Own($0) }) { Function { _ in .now(Response(.ok)) } }
        _ = WorkerProgram("scope", commands: [.init("say") { _ in }]) { serve in
            try await serve(Function { _ in .now(Response(.ok)) })
        }
    }
}
