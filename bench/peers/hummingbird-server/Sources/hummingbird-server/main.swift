import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix

// Hummingbird on one event loop: PORT, the answer of /health/live, the answer of /api/v1/recipes/1.
let arguments = CommandLine.arguments
guard arguments.count == 4, let port = Int(arguments[1]) else {
    fatalError("usage: hummingbird-server PORT LIVE RECIPE")
}

@Sendable
func json(_ body: String) -> Response {
    Response(
        status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: body)))
}

let live = arguments[2]
let recipe = arguments[3]
let router = Router()
router.get("/health/live") { _, _ in json(live) }
router.get("/api/v1/recipes/{id}") { _, context in
    guard try context.parameters.require("id", as: Int.self) == 1 else { throw HTTPError(.notFound) }
    return json(recipe)
}
var logger = Logger(label: "hummingbird-server")
logger.logLevel = .warning
let application = Application(
    router: router,
    configuration: .init(address: .hostname("127.0.0.1", port: port)),
    eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
    logger: logger)
try await application.runService()
