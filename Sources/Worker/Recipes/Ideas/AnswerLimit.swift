import NIOCore
import NIOHTTP1

/// Ends a connection on which too much comes for one request. The client bounds only the body that it hands over; a head
/// that never ends, or interim answers without end, it would keep or read for as long as there is time.
///
/// It stands before the decoder of an HTTP/1.1 connection, which carries one request at a time.
final class AnswerLimit: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// More has come than a request may be answered with.
    struct Exceeded: Error, CustomStringConvertible {
        let description = "the answer is too long"
    }

    private let bytes: Int
    private var received = 0

    init(bytes: Int) {
        self.bytes = bytes
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        received = 0
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        guard received > bytes else { return context.fireChannelRead(data) }
        context.fireErrorCaught(Exceeded())
        context.close(promise: nil)
    }
}
