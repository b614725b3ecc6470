// A stream of server-sent events: each sale.
import Brigade

func eventRoutes(_ shop: Shop) -> Router {
    var router = Router(tags: ["events"])
    router.get(
        "/events", name: "events", description: "Server-sent events: each item whose stock has changed",
        RequestContext(),
        run: .inline
    ) { context in
        StreamingResponse(
            "text/event-stream", events(of: shop, until: context), fields: [Field("cache-control", "no-store")])
    }
    return router
}

/// The stream ends when the worker drains; the browser then connects again, to another worker.
private func events(of shop: Shop, until context: Context) -> AsyncStream<[UInt8]> {
    AsyncStream(bufferingPolicy: .bufferingNewest(16)) { stream in
        stream.yield(Array(": hello\n\n".utf8))
        let work = Task {
            await withTaskGroup { group in
                group.addTask {
                    for await item in shop.changes() {
                        stream.yield(
                            Array("event: stock\ndata: {\"item\":\(item.id),\"stock\":\(item.stock)}\n\n".utf8))
                    }
                }
                // A disconnect is noticed only when something is sent.
                group.addTask {
                    while (try? await Task.sleep(for: .seconds(15))) != nil { stream.yield(Array(":\n\n".utf8)) }
                }
                group.addTask { await context.untilDraining() }
                await group.next()
                group.cancelAll()
            }
            stream.finish()
        }
        stream.onTermination = { _ in work.cancel() }
    }
}
