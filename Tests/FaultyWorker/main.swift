import Serving

// A worker that fails in the way that its environment or a request asks for. The server's tests run it.
let fault = Fault.current
WorkerProgram(
    "faulty-worker",
    prestart: { fault.applyToPrestart() },
    commands: [
        WorkerProgram.Command("say", arguments: "WORD...") { words in
            if words.isEmpty { throw WorkerProgram.Command.UsageError() }
            print(words.joined(separator: " "))
        },
        WorkerProgram.Command("fail", failureCode: 9) { _ in throw RequestedFailure() },
        WorkerProgram.Command("find") { _ in
            print("two problems")
            throw WorkerProgram.Command.Exit(code: 3)
        },
    ]
) { serve in
    guard try await fault.applyToBoot() else { return }
    try await serve(FaultyApplication())
    try await fault.applyToEnd(serve)
}.run()
